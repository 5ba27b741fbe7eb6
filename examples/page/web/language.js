// A language model that goes on with a text, and where its heads look.
import { bar } from "./bars.js";
import { badInput, numberField, slider } from "./controls.js";
import { el, headings } from "./elements.js";
import { FigureGroup, figure } from "./figures.js";
import { rove } from "./rove.js";

const FIRST_TEXT = "In the beginning God created the heaven and the ";
const LIKELIEST_SHOWN = 12, WRITE_ON = 300;
const VISIBLE = { space: "␣", "\\n": "⏎" };

// The likeliest tokens as a table that is built once and then only filled.
function nextTokens(group, onTake, onTarget) {
    const body = el("tbody"), rows = [];
    const table = el("table", { class: "numbers next", "aria-label": "What may come next, the likeliest first" },
        el("thead", {}, headings("token", "logit z", "p", "", "drawn with", "y", "(p − y)/T", "")), body);
    const all = el("button", { class: "button", type: "button", "aria-expanded": "false", onclick: () => {
        const open = all.getAttribute("aria-expanded") !== "true";
        all.setAttribute("aria-expanded", open);
        showRows();
    } }, "All tokens");
    const showRows = () => rows.forEach(({ line }, i) => { line.hidden = i >= LIKELIEST_SHOWN && all.getAttribute("aria-expanded") !== "true"; });

    function build(count) {
        for (let i = 0; i < count; i++) {
            const token = el("button", { class: "token", type: "button", title: "Go on with this token", onclick: () => onTake(i) });
            const share = bar({ name: "share" }), slope = bar({ low: -1 });
            const target = el("input", { type: "radio", name: "language-target", onchange: () => onTarget(i) });
            const line = el("tr", {}, el("th", { scope: "row" }, token), el("td", {}, figure(group, `z.${i}`, { label: "logit" })),
                            el("td", {}, figure(group, `p.${i}`, { label: "p" })), el("td", {}, share.element),
                            el("td", {}, figure(group, `drawn.${i}`, { label: "drawn with" })), el("td", {}, target),
                            el("td", {}, figure(group, `slope.${i}`, { label: "p minus y, over T" })), el("td", {}, slope.element));
            rows.push({ line, token, share, slope, target });
        }
        body.append(...rows.map(({ line }) => line));
        showRows();
        rove(table);
    }

    return {
        element: el("div", {}, el("div", { class: "scroll" }, table), el("div", { class: "toolbar" }, all)),
        show(answer) {
            if (!rows.length) build(answer.p.length);
            const steepest = answer.slope.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
            rows.forEach(({ line, token, share, slope, target }, i) => {
                const name = VISIBLE[answer.token[i]] ?? answer.token[i];
                if (token.textContent !== name) {
                    token.textContent = name;
                    token.setAttribute("aria-label", `go on with ${answer.token[i]}`);
                    target.setAttribute("aria-label", `were it ${answer.token[i]} that comes next`);
                }
                line.classList.toggle("is-left-out", i >= answer.kept);
                share.show(answer.p[i], 1);
                slope.show(answer.slope[i], steepest || 1);
                target.checked = i === answer.target;
            });
        },
    };
}

// Each head as a small picture to choose from, and the text coloured by where the chosen token looks.
function headLooks(engine) {
    const pictures = el("div", { class: "heads", role: "radiogroup", "aria-label": "Layer and head" });
    const strip = el("div", { class: "strip", role: "group", "aria-label": "The text’s last tokens" });
    const words = el("p", { class: "looks", role: "status" });
    let answer = null, chosen = [0, 0], query = 0, buttons = [], heads = [];

    const size = () => answer.token.length;
    const row = (layer, head, of) => answer.shares.subarray(((layer * answer.heads + head) * size() + of) * size()).subarray(0, size());

    function choose(layer, head) {
        chosen = [layer, head];
        heads.forEach(({ element, at }) => element.setAttribute("aria-checked", at[0] === layer && at[1] === head));
        paint();
    }

    function buildHeads() {
        heads = [];
        for (let layer = 0; layer < answer.layers; layer++) {
            const line = el("div", { class: "head-row" }, el("span", { class: "quiet" }, `layer ${layer + 1}`));
            for (let head = 0; head < answer.heads; head++) {
                const picture = el("canvas", { width: 1, height: 1, "aria-hidden": "true" });
                const element = el("button", { class: "head", type: "button", role: "radio", "data-rove": "", tabindex: -1, "aria-label": `layer ${layer + 1}, head ${head + 1}`,
                                               onclick: () => choose(layer, head), onfocus: () => choose(layer, head) }, picture);
                heads.push({ element, picture, at: [layer, head] });
                line.append(element);
            }
            pictures.append(line);
        }
        rove(pictures);
    }

    function drawHeads() {
        const [r, g, b] = getComputedStyle(strip).getPropertyValue("--looks-rgb").split(" ").map(Number), n = size();
        for (const { picture, at } of heads) {
            if (picture.width !== n) picture.width = picture.height = n;
            const image = new ImageData(n, n);
            for (let i = 0; i < n; i++)
                row(...at, i).forEach((share, j) => image.data.set([r, g, b, 255 * Math.sqrt(share)], 4 * (i * n + j)));
            picture.getContext("2d").putImageData(image, 0, 0);
        }
    }

    function paint() {
        const shares = row(...chosen, query);
        buttons.forEach((button, i) => {
            button.style.setProperty("--share", Math.round(100 * Math.sqrt(shares[i] ?? 0)));
            button.classList.toggle("is-query", i === query);
        });
        engine.latest("language_look", ...chosen, query).then((said) => { if (said) words.textContent = said.text; }, () => {});
    }

    function look(i) {
        if (i === query || i >= size()) return;
        query = i;
        paint();
    }

    function buildStrip() {
        while (buttons.length < size()) {
            const i = buttons.length;
            buttons.push(el("button", { type: "button", class: "strip-token", "data-rove": "", tabindex: -1,
                                        onpointerenter: () => look(i), onfocus: () => look(i), onclick: () => look(i) }));
        }
        buttons.forEach((button, i) => {
            button.hidden = i >= size();
            const name = i < size() ? answer.token[i] : "";
            button.textContent = VISIBLE[name] ?? name;
            button.setAttribute("aria-label", `token ${i}, ${name}`);
        });
        if (strip.children.length !== buttons.length) strip.replaceChildren(...buttons);
        rove(strip);
    }

    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => answer && drawHeads());
    return {
        element: el("div", { class: "looking" }, pictures, el("div", { class: "looked-at" }, strip, words)),
        show(next) {
            answer = next;
            pictures.hidden = false;
            query = size() - 1;
            if (!heads.length) buildHeads();
            buildStrip();
            drawHeads();
            choose(...chosen);
        },
        none(why) {
            words.textContent = why;
            pictures.hidden = true;
            buttons.forEach((button) => { button.hidden = true; });
        },
    };
}

export const languagePanel = {
    id: "language",
    title: "Language",
    async mount(root, engine) {
        const group = new FigureGroup(engine, "language_origin");
        const bad = badInput();
        const held = { seed: 1, temperature: 0.8, topK: 0, topP: 1 };
        let writing = false, answer = null, target = ""; // what is taken to come next; "": the likeliest

        const field = el("textarea", { id: "language-text", rows: 5, spellcheck: "false", autocomplete: "off", oninput: () => update() });
        field.value = FIRST_TEXT;
        const next = nextTokens(group, (i) => { if (!writing) { field.value += answer.append[i]; update(); } },
                                (i) => { target = answer.append[i]; update(); });
        const looks = headLooks(engine);
        const about = el("p", { class: "quiet" }), left = el("p", { class: "quiet", role: "status" });
        const settings = () => [held.temperature, held.topK, held.topP];

        function show(now) {
            answer = now;
            next.show(now);
            group.show(now);
            left.textContent = now.summary;
        }

        function say(error) {
            bad.say(error);
            root.classList.add("is-stale");
        }

        async function update() {
            await stop();
            try {
                const now = await engine.latest("language", field.value, held.seed, ...settings(), target);
                if (!now) return;
                bad.clear();
                root.classList.remove("is-stale");
                show(now);
                await look();
            } catch (error) {
                say(error);
            }
        }

        async function look() {
            try {
                const seen = await engine.latest("language_heads");
                if (seen) looks.show(seen);
            } catch (error) {
                looks.none(error.message);
            }
        }

        async function write(count) {
            await stop();
            try {
                writing = true;
                showWriting();
                await engine.run("language_write", [field.value, held.seed, count, ...settings()], (slice, error) => {
                    if (error) say(error);
                    else {
                        field.value += slice.written;
                        field.scrollTop = field.scrollHeight;
                        bad.clear();
                        show(slice);
                    }
                    if (!error && !slice.done) return;
                    writing = false;
                    showWriting();
                    look();
                });
            } catch (error) {
                writing = false;
                showWriting();
                say(error);
            }
        }

        async function stop() {
            if (!writing) return;
            await engine.halt();
            writing = false;
            showWriting();
            await look();
        }

        function showWriting() {
            field.readOnly = writing;
            run.textContent = writing ? "Stop" : "Write on";
        }

        const temperature = slider({ label: "Temperature T", min: 0, max: 2, step: 0.05, value: held.temperature, oninput: (to) => { held.temperature = to; update(); } });
        const topK = numberField({ label: "top-k", value: 0, oninput: (to) => { held.topK = to; update(); } });
        const topP = slider({ label: "top-p", min: 0.01, max: 1, step: 0.01, value: 1, oninput: (to) => { held.topP = to; update(); } });
        const seed = numberField({ label: "seed", value: 1, oninput: (to) => { held.seed = to; update(); } });
        const one = el("button", { class: "button", type: "button", onclick: () => write(1) }, "Draw one token");
        const run = el("button", { class: "button main", type: "button", onclick: () => (writing ? stop() : write(WRITE_ON)) }, "Write on");
        const labelled = (text, control) => el("label", { class: "check" }, text, control.element);

        root.append(el("div", { class: "panel-with-origin" },
            el("div", { class: "panel-main" },
               el("p", { class: "lead" }, "A small model that build/text trained on the King James Bible, letter by letter. Type, and see what it expects next."),
               el("section", { class: "card" },
                  el("label", { for: "language-text" }, "Text"), field, bad.element,
                  el("div", { class: "toolbar" }, one, run, temperature.element, topP.element, labelled("top-k (0: all)", topK), labelled("seed", seed))),
               el("section", { class: "card" }, el("h2", {}, "What comes next"),
                  el("p", { class: "quiet" }, "Choose y, what came next in truth: training would move each logit against (p − y)/T. A token’s button goes on with it."), next.element, left),
               el("section", { class: "card" }, el("h2", {}, "Where its heads look"),
                  el("p", { class: "quiet" }, "Choose a head, then point at a token: the darker another, the more of its attention it gets."), looks.element),
               about),
            group.box));
        try {
            const facts = await engine.load("language_open", "language-model");
            about.textContent = `${facts.net}: ${facts.facts}`;
            await update();
        } catch (error) {
            say(error);
        }
    },
};
