// A digit before the model: p of the ten classes, p − y, and p − y carried down to the pixels.
import { el, headings } from "./elements.js";
import { bar } from "./bars.js";
import { segments } from "./controls.js";
import { drawingPad } from "./drawing_pad.js";
import { figure } from "./figures.js";
import { inkPaint, onTheme, pixelCanvas, signPaint } from "./pixels.js";
import { rove } from "./rove.js";

const DIGIT_SIDE = 28, DIGIT_CLASSES = 10, OWN_ANSWER = -1;
const MARKED_PIXELS = 0.5; // of the strongest: pixels whose sign is also written

// `group` has the numbers; look() asks again, for when the model is another.
export function digitLook(engine, group, { onerror }) {
    let target = OWN_ANSWER, shown = null, view = "both", pictures = 1;

    const pad = drawingPad({ label: "A sheet to draw a digit on. Arrow keys move the pen, space puts it down and lifts it, Delete clears.",
                             onchange: askDrawing });
    const map = pixelCanvas(DIGIT_SIDE, DIGIT_SIDE, { "aria-hidden": "true" });
    const marks = el("div", { class: "marks", "aria-hidden": "true" });
    const cells = Array.from({ length: DIGIT_SIDE * DIGIT_SIDE }, (_, i) =>
        group.add(el("span", { "aria-label": `pixel in row ${Math.floor(i / DIGIT_SIDE)}, column ${i % DIGIT_SIDE}` }), `speaks.${i}`, {}));
    const grid = el("div", { class: "pixel-grid", "aria-label": "What each pixel has to say" }, ...cells);
    rove(grid);
    const note = el("p", { class: "quiet note" }), said = el("p", { class: "result" });
    const told = el("p", { class: "unseen", "aria-live": "polite" }); // when the answer is another, not with each digit of p

    // ---- The ten classes
    const own = el("input", { type: "radio", name: "train-target", id: "train-own", checked: true, onchange: () => choose(OWN_ANSWER) });
    const radios = Array.from({ length: DIGIT_CLASSES }, (_, k) =>
        el("input", { type: "radio", name: "train-target", "aria-label": `the answer should be ${k}`, onchange: () => choose(k) }));
    const bars = Array.from({ length: DIGIT_CLASSES }, () => [bar({ name: "share" }), bar({ low: -1 })]);
    const number = (key, label) => figure(group, key, { label });
    const rows = bars.map(([p, slope], k) =>
        el("tr", {}, el("th", { scope: "row" }, String(k)), el("td", {}, number(`z.${k}`, `z[${k}]`)),
           el("td", {}, number(`p.${k}`, `p[${k}]`)), el("td", { class: "of-bar" }, p.element),
           el("td", { class: "of-y" }, radios[k], number(`y.${k}`, `y[${k}]`)),
           el("td", {}, number(`p_minus_y.${k}`, `(p − y)[${k}]`)), el("td", { class: "of-bar" }, slope.element)));
    const table = el("table", { class: "numbers classes", "aria-label": "What the model makes of it" },
                     el("thead", {}, headings("", "logit z", "p", "", "y", "p − y", "")),
                     el("tbody", {}, ...rows));
    rove(table);
    const loss = el("p", {}, "Loss if that is the answer, −log p: ", number("loss", "loss"));

    function choose(one) {
        target = one;
        look();
    }

    // ---- Asking
    function begin(what) {
        [shown, target, own.checked] = [what, OWN_ANSWER, true];
        pad.element.classList.toggle("is-other", what !== "drawing");
    }
    const asking = (promise) => promise.then((answer) => answer && show(answer), onerror);
    function askDrawing() {
        if (shown !== "drawing") begin("drawing");
        asking(engine.latest("train_drawn", pad.ink(), target));
    }
    function look() {
        if (shown) asking(engine.latest("train_look", target));
    }

    let last = null;
    function show(answer) {
        last = answer;
        note.textContent = answer.note;
        rows.forEach((row, k) => row.classList.toggle("is-best", answer.any === 1 && k === answer.answer));
        if (answer.any) {
            bars.forEach(([p, slope], k) => { p.show(answer.p[k], 1); slope.show(answer.p_minus_y[k], 1); });
            radios.forEach((radio, k) => { radio.checked = target !== OWN_ANSWER && k === target; });
            group.show({ ...answer, speaks: undefined }); // pixels are drawn, not written
        }
        const words = answer.any ? answer.said : "";
        if (said.textContent !== words) said.textContent = words;
        if (told.textContent !== (answer.taken ?? "")) told.textContent = answer.taken ?? "";
        draw();
    }

    function draw() {
        if (!last) return map.draw(inkPaint(new Uint8Array(DIGIT_SIDE * DIGIT_SIDE)));
        const ink = inkPaint(last.digit);
        if (!last.any || view === "ink") map.draw(ink);
        else map.draw(signPaint(last.speaks, last.strongest, view === "both" ? ink : null));
        drawMarks();
    }
    onTheme(draw);

    function drawMarks() {
        const strong = [];
        for (let i = 0; last.any && view !== "ink" && i < DIGIT_SIDE * DIGIT_SIDE; i++)
            if (Math.abs(last.speaks[i]) > MARKED_PIXELS * last.strongest) strong.push(i);
        while (marks.children.length < strong.length) marks.append(el("span"));
        [...marks.children].forEach((mark, at) => {
            const i = strong[at], hidden = i === undefined;
            if (mark.hidden !== hidden) mark.hidden = hidden;
            if (hidden) return;
            const sign = last.speaks[i] > 0 ? "+" : "−";
            if (mark.textContent !== sign) mark.textContent = sign;
            const place = `translate(${(i % DIGIT_SIDE) * 100}%, ${Math.floor(i / DIGIT_SIDE) * 100}%)`;
            if (mark.style.transform !== place) mark.style.transform = place;
        });
    }

    // ---- The test pictures
    async function showPicture(index) {
        begin("picture");
        await asking(engine.latest("train_picture", index, target));
        if (last?.label >= 0) choose(last.label);
    }
    const clear = el("button", { type: "button", class: "button", onclick: () => pad.clear() }, "Clear");
    const any = el("button", { type: "button", class: "button", onclick: () => showPicture(Math.floor(Math.random() * pictures)) }, "Any test picture");
    const views = segments({ label: "Show", options: [["both", "both"], ["ink", "ink"], ["slope", "p − y"]],
                             onchange: (value) => { view = value; draw(); } });

    const element = el("section", { class: "card drawing" },
        el("h2", {}, "Draw a digit: p, and p − y down to the pixels"),
        el("div", { class: "drawing-parts" },
           el("div", {}, pad.element, el("div", { class: "toolbar" }, clear, any)),
           el("div", {}, el("div", { class: "pixel-map" }, map.element, marks, grid),
              el("div", { class: "toolbar" }, views.element),
              el("p", { class: "key" }, el("span", { class: "swatch for" }, "+"), " more ink here makes the answer surer ",
                 el("span", { class: "swatch against" }, "−"), " less sure"),
              note),
           el("div", { class: "answers" }, said, told, el("div", { class: "scroll" }, table),
              el("p", { class: "own" }, own, el("label", { for: "train-own" }, " ask for what the model itself takes it for")), loss)));
    draw();
    return {
        element, look, showPicture,
        set pictures(count) { pictures = count; }, // to choose from
    };
}
