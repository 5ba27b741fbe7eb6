// Numbers that say where they come from. A group has the numbers of one answer, each with a key: a column's name, and
// which of the column it is: "p.2", "loss". Pointed at, focused or tapped, a number's origin is asked of C
// (page/origin.h) and stands in the group's box, and what it is made of and what depends on it is marked.
import { el } from "./elements.js";

export class FigureGroup {
    #engine;
    #origin;
    #figures = new Map(); // from a column's name to its [{element, index, paint, text}]
    #answer = {};
    #pointed = null; // the figure that the mouse is over
    #kept = null; // the one that had the focus last
    #marked = []; // [element, class]
    #markedFor = {};

    // engine.call(origin, column, index) answers where a number comes from.
    constructor(engine, origin, hint = "Point at a number, or go to it with the keys, and here it says where it comes from.") {
        this.#engine = engine;
        this.#origin = origin;
        this.hint = hint;
        this.words = el("div", { class: "origin-words", "aria-live": "polite" });
        this.box = el("aside", { class: "origin", "aria-label": "Where a number comes from" }, this.words);
        this.#tell(null, {});
    }

    // Makes a figure of any element, such as a matrix's cell. paint(text, value) shows its number when it is another;
    // label says to those who do not see the page which it is.
    add(element, key, { label = "", paint = null }) {
        const figure = this.mark(element, key);
        Object.assign(figure, { label, paint });
        if (label) element.setAttribute("aria-label", label);
        element.classList.add("figure");
        element.setAttribute("role", "button");
        element.tabIndex = -1;
        element.dataset.rove = "";
        if (label) element.setAttribute("aria-label", label); // until it has a number
        element.addEventListener("focus", () => this.#keep(figure));
        element.addEventListener("keydown", (event) => event.key === "Escape" && this.#keep(null));
        this.#paint(figure);
        return element;
    }

    // Makes what shows a number in a way of its own, such as a slider, tell where it comes from when it is pointed at,
    // and be marked with the others.
    mark(element, key) {
        const [name, index = "0"] = key.split(".");
        const figure = { element, name, index: Number(index), label: "", paint: null, text: null, value: null };
        element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#point(figure));
        element.addEventListener("pointerleave", () => this.#pointed === figure && this.#point(null));
        if (!this.#figures.has(name)) this.#figures.set(name, []);
        this.#figures.get(name).push(figure);
        return figure;
    }

    // Shows an answer's numbers: each as the column NAME_text says, if there is one.
    show(answer) {
        this.#answer = answer;
        for (const figures of this.#figures.values()) figures.forEach((figure) => this.#paint(figure));
        if (this.#pointed ?? this.#kept) this.#ask();
    }

    // Takes no more notice of figures that are on the page no longer. What is looked at is then the one in its place.
    forgetGone() {
        for (const [name, figures] of this.#figures)
            this.#figures.set(name, figures.filter(({ element }) => element.isConnected));
        if (this.#pointed && !this.#pointed.element.isConnected) this.#pointed = null;
        if (this.#kept && !this.#kept.element.isConnected) {
            const { name, index } = this.#kept;
            this.#keep(this.#figures.get(name).find((one) => one.index === index) ?? null);
        }
    }

    #paint(figure) {
        const column = this.#answer[figure.name], texts = this.#answer[figure.name + "_text"];
        if (column === undefined) return;
        const value = typeof column === "number" ? column : column[figure.index];
        const text = texts === undefined ? String(value) : typeof texts === "string" ? texts : texts[figure.index];
        if (text === undefined || (text === figure.text && Object.is(value, figure.value))) return;
        if (text !== figure.text && figure.label) figure.element.setAttribute("aria-label", `${figure.label} = ${text}`);
        [figure.text, figure.value] = [text, value];
        figure.paint?.(text, value);
    }

    #point(figure) {
        this.#pointed = figure;
        this.#ask();
    }

    // What the mouse happens to rest on no longer counts once the keys have gone on.
    #keep(figure) {
        [this.#kept, this.#pointed] = [figure, null];
        this.#ask();
    }

    async #ask() {
        const figure = this.#pointed ?? this.#kept;
        if (!figure) return this.#tell(null, {});
        try {
            const answer = await this.#engine.latest(this.#origin, figure.name, figure.index);
            if (answer && figure === (this.#pointed ?? this.#kept)) this.#tell(figure, answer);
        } catch (error) { // a row that cannot be computed has no numbers
            this.#tell(null, { text: [error.message] });
        }
    }

    #tell(figure, { text = [this.hint], of = [], into = [], of_text = "", into_text = "" }) {
        this.box.classList.toggle("is-idle", !figure);
        this.#markAll(figure, of, into);
        const lines = text.map((line, i) => [!figure ? "quiet" : i ? "origin-line" : "origin-title", "", line]);
        if (of_text) lines.push(["origin-parts", "made of", of_text]);
        if (into_text) lines.push(["origin-parts", "goes into", into_text]);
        while (this.words.childElementCount > lines.length) this.words.lastChild.remove();
        lines.forEach(([kind, key, line], i) => {
            const element = this.words.children[i] ?? this.words.appendChild(el("p", {}, el("span"), ""));
            if (element.className !== kind) element.className = kind;
            if (element.firstChild.textContent !== key) element.firstChild.textContent = key;
            element.firstChild.className = key && "key " + (key === "made of" ? "is-of" : "is-into");
            if (element.lastChild.data !== line) element.lastChild.data = line;
        });
    }

    // While something is dragged, the same are marked again and again: then nothing is touched.
    #markAll(figure, of, into) {
        const marks = [of.join(), into.join()].join(";");
        if (figure === this.#markedFor.figure && marks === this.#markedFor.marks) return;
        this.#markedFor = { figure, marks };
        for (const [element, mark] of this.#marked) element.classList.remove(mark);
        this.#marked = [];
        const mark = (element, name) => {
            element.classList.add(name);
            this.#marked.push([element, name]);
        };
        of.forEach((key) => this.#all(key).forEach((one) => mark(one, "is-of")));
        into.forEach((key) => this.#all(key).forEach((one) => mark(one, "is-into")));
        if (figure) mark(figure.element, "is-looked");
    }

    #all(key) {
        const [name, index] = key.split(".");
        const figures = this.#figures.get(name) ?? [];
        return figures.filter((figure) => index === undefined || figure.index === Number(index)).map(({ element }) => element);
    }
}

// A number in running text or a table.
export function figure(group, key, { label = "" } = {}) {
    const text = document.createTextNode(""), element = el("span", {}, text);
    return group.add(element, key, {
        label,
        paint(shown, value) {
            text.data = shown;
            element.classList.toggle("not-finite", !Number.isFinite(value));
        },
    });
}
