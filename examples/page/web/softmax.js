// One row of logits through softmax and cross-entropy, and both ways back. All numbers and their origins are C's
// (page/softmax.c); here they get their places.
import { el, headings } from "./elements.js";
import { bar } from "./bars.js";
import { badInput, numberField, segments, slider } from "./controls.js";
import { FigureGroup, figure } from "./figures.js";
import { heatMap } from "./heatmap.js";
import { rove } from "./rove.js";

const SOFTMAX_EXAMPLES = [
    { name: "2, 1, 0.1", why: "the textbook’s", z: [2, 1, 0.1] },
    { name: "0, 200", why: "float’s long way breaks", z: [0, 200], precision: "float" },
    { name: "89 in float", why: "exp overflows", z: [89, 88, 80], target: 1, precision: "float" },
    { name: "nearly sure", why: "p close to 1 keeps its digits", z: [20, 0, 1, -2], precision: "float" },
    { name: "−inf", why: "a masked class", z: [2, -Infinity, 0.5, 1] },
    { name: "equal logits", why: "p = 1/4 each", z: [3, 3, 3, 3] },
    { name: "T = 0.1", why: "a low temperature", z: [2, 1, 0.1], temperature: 0.1, target: 1 },
    { name: "shares", why: "a soft target", z: [2, 1, 0.1], y: [0.9, 0.05, 0.05] },
];
const SOFTMAX_MOST_CLASSES = 10;
const LOGIT_REACHES = [10, 100, 1000]; // of the sliders of logits

// What the reader has chosen.
function softmaxGiven(example) {
    return { z: [...example.z], temperature: example.temperature ?? 1, target: example.target ?? 0,
             y: example.y ? [...example.y] : null, precision: example.precision ?? "double" };
}

function softmaxTable(className, heads, label) {
    const body = el("tbody"), foot = el("tfoot");
    const element = el("table", { class: className, "aria-label": label }, el("thead", {}, headings(...heads)), body, foot);
    rove(element);
    return { element, body, foot };
}

const appendCells = (row, ...contents) => row.append(...contents.map((content) => el("td", {}, content)));

// A cell of the table of all classes; `label` stands beside the number where there is no room for a heading.
const softmaxCell = (kind, label, ...contents) => el("td", { class: "of-" + kind, "data-label": label }, ...contents);

// Shows a row {z, temperature, target} in the panel, which may not have been made yet.
let showSoftmaxRow = (row) => { firstSoftmaxRow = row; };
let firstSoftmaxRow = SOFTMAX_EXAMPLES[0];
export function showInSoftmax(row) {
    showSoftmaxRow(row);
    location.hash = "softmax";
}

export const softmax = {
    id: "softmax",
    title: "Softmax",
    mount(root, engine) {
        let row = softmaxGiven(firstSoftmaxRow), reach = LOGIT_REACHES[0];
        let logits = [], bars = [];
        const group = new FigureGroup(engine, "softmax_origin");
        const wrong = badInput();
        const number = (key, label) => figure(group, key, { label });

        // ---- What is given
        const temperature = slider({ label: "Temperature T", min: 0.05, max: 20, log: true, value: 1,
                                     oninput: (value) => { row.temperature = value; ask(); } });
        const precision = segments({ label: "Computed in", options: [["double", "double"], ["float", "float"]],
                                     onchange: (value) => { row.precision = value; ask(); } });
        const kind = segments({ label: "Target", options: [["class", "one class"], ["shares", "shares"]],
                                onchange: (value) => {
                                    row.y = value === "shares" ? row.z.map((_, i) => Number(i === row.target)) : null;
                                    build();
                                } });
        const examples = el("div", { class: "examples", role: "group", "aria-label": "Examples" },
                            ...SOFTMAX_EXAMPLES.map((example) =>
                                el("button", { type: "button", class: "button", title: example.why,
                                               onclick: () => showSoftmaxRow(example) }, example.name)));
        const more = el("button", { type: "button", class: "button", onclick: () => resize(1) }, "Add a class");
        const fewer = el("button", { type: "button", class: "button", onclick: () => resize(-1) }, "Take one away");

        function resize(by) {
            row.z = by > 0 ? [...row.z, 0] : row.z.slice(0, -1);
            if (row.y) row.y = by > 0 ? [...row.y, 0] : row.y.slice(0, -1);
            row.target = Math.min(row.target, row.z.length - 1);
            build();
        }

        // ---- What follows
        const fusedHeads = [document.createTextNode(""), document.createTextNode("")];
        const forward = softmaxTable("numbers forward", ["logit", "drag or type", "(z − max)/T", "exp", "p", "", "y", fusedHeads[0], ""],
                              "From logits to p, and p minus y");
        const loss = softmaxTable("numbers", ["class", "−log p", "exp(z/T)", "naive −log p"], "The loss, and the naive formula");
        const back = softmaxTable("numbers back", ["class", "−y/p", "Jᵀ · (−y/p)", "ulps off", fusedHeads[1], "ulps off"], "Both ways back to the logits");
        const jacobian = heatMap(group, { label: "The Jacobian of softmax", key: (i, j, columns) => `jacobian.${i * columns + j}`,
                                          rowName: (i) => `p[${i}]`, columnName: (j) => `z[${j}]` });
        const limits = el("p", { class: "quiet" });
        const naiveBreaks = el("p", { class: "breaks", role: "status" }), longWayBreaks = el("p", { class: "breaks", role: "status" });

        const result = el("p", { class: "result" }, "L = −Σ y log p = ", number("loss", "L"));
        rove(result);
        group.mark(temperature.element, "temperature");
        const lossCard = el("section", { class: "card" },
                            el("h2", {}, "The loss, with care and as it stands"), result,
                            el("div", { class: "scroll may-break" }, loss.element), naiveBreaks);
        const matrixCard = el("section", { class: "card" },
                              el("h2", {}, "Jacobian of softmax"),
                              el("p", { class: "quiet" }, "J[i][j] = ∂p[i]/∂z[j]; rows and columns sum to 0."),
                              jacobian.element);
        const backCard = el("section", { class: "card" },
                            el("h2", {}, "Back to the logits: the long way, and fused"),
                            el("p", { class: "quiet" }, "Training takes the fused way. Ulps, units in the last place, are counted from (p − y)/T computed in double."),
                            el("div", { class: "scroll may-break" }, back.element), longWayBreaks, limits);

        function build() {
            const n = row.z.length, index = [...row.z.keys()];
            [forward, loss, back].forEach(({ body, foot }) => { body.replaceChildren(); foot.replaceChildren(); });
            logits = [], bars = [];
            reach = neededReach();
            for (const i of index) {
                const logit = slider({ label: `z[${i}]`, labelHidden: true, min: -reach, max: reach, step: reach / 100, value: row.z[i],
                                       oninput: (value) => { row.z[i] = value; ask(); } });
                logit.field.addEventListener("change", widen);
                logits.push(logit);
                const p = bar({ name: "share" }), slope = bar({ low: -1 });
                bars.push([p, slope]);
                const name = group.add(el("span", {}, `z[${i}]`), `z.${i}`, { label: `z[${i}]` });
                const line = el("tr", {}, el("th", { scope: "row" }, name));
                line.append(softmaxCell("z", null, logit.element),
                            softmaxCell("shifted", "(z − max)/T", number(`shifted.${i}`, `(z[${i}] − max)/T`)),
                            softmaxCell("exponential", "exp", number(`exponential.${i}`, `exp of class ${i}`)),
                            softmaxCell("p", "p", number(`p.${i}`, `p[${i}]`)), softmaxCell("bar", null, p.element),
                            softmaxCell("y", "y", ...targetCell(i)),
                            softmaxCell("slope", "p − y", number(`fused.${i}`, `∂L/∂z[${i}]`)), softmaxCell("bar", null, slope.element));
                forward.body.append(line);

                const lossLine = el("tr", {}, el("th", { scope: "row" }, String(i)));
                appendCells(lossLine, number(`negative_log_p.${i}`, `−log p[${i}]`),
                      number(`naive_exponential.${i}`, `exp(z[${i}]/T)`), number(`naive_negative_log_p.${i}`, `naive −log p[${i}]`));
                loss.body.append(lossLine);

                const backLine = el("tr", {}, el("th", { scope: "row" }, String(i)));
                appendCells(backLine, number(`slope.${i}`, `−y[${i}]/p[${i}]`), number(`chain.${i}`, `long way to z[${i}]`),
                      number(`chain_ulps.${i}`, "its ulps"), number(`fused.${i}`, `∂L/∂z[${i}]`), number(`fused_ulps.${i}`, "its ulps"));
                back.body.append(backLine);
            }
            const sums = el("tr", {}, el("th", { scope: "row" }, "Σ"));
            sums.append(softmaxCell("z", null), softmaxCell("shifted", null), softmaxCell("exponential", "exp", number("sum", "sum of exp")),
                        softmaxCell("p", "p", number("p_sum", "sum of p")), softmaxCell("bar", null), softmaxCell("y", "y", number("y_sum", "sum of y")),
                        softmaxCell("slope", "p − y", number("fused_sum", "sum of the gradient")), softmaxCell("bar", null));
            forward.foot.append(sums);
            const logSumExp = el("tr", {}, el("th", { scope: "row" }, "log Σ exp"));
            appendCells(logSumExp, number("log_sum_exp", "log-sum-exp"), number("naive_sum", "sum of exp(z/T)"), number("naive_log_sum_exp", "naive log-sum-exp"));
            loss.foot.append(logSumExp);
            matrixCard.classList.toggle("wide", n > 4);
            lossCard.classList.toggle("tall", n <= 4);
            more.disabled = n >= SOFTMAX_MOST_CLASSES;
            fewer.disabled = n <= 2;
            temperature.value = row.temperature;
            precision.value = row.precision;
            kind.value = row.y ? "shares" : "class";
            group.forgetGone();
            [forward, loss, back].forEach(({ element }) => rove(element));
            ask();
        }

        function targetCell(i) {
            if (row.y) {
                const field = numberField({ label: `share of class ${i}`, value: row.y[i], oninput: (value) => { row.y[i] = value; ask(); } });
                group.mark(field.element, `y.${i}`);
                return [field.element];
            }
            const radio = el("input", { type: "radio", name: "softmax-target", "aria-label": `class ${i} is the target`,
                                        onchange: () => { row.target = i; ask(); } });
            radio.checked = row.target === i;
            return [radio, number(`y.${i}`, `y[${i}]`)];
        }

        const neededReach = () =>
            LOGIT_REACHES.find((one) => row.z.every((z) => !Number.isFinite(z) || Math.abs(z) <= one)) ?? LOGIT_REACHES.at(-1);

        // Where a typed logit is out of reach of the sliders, they reach further.
        function widen() {
            if (neededReach() <= reach) return;
            reach = neededReach();
            logits.forEach((logit) => logit.reach(-reach, reach, reach / 100));
        }

        async function ask() {
            try {
                const answer = await engine.latest("softmax", new Float64Array(row.z), row.temperature, row.target,
                                                   new Float64Array(row.y ?? []), row.precision === "float");
                if (answer) show(answer);
            } catch (error) {
                wrong.say(error);
                root.classList.add("is-stale");
            }
        }

        function show(answer) {
            if (answer.p.length !== row.z.length) return; // of a row that is no longer there
            wrong.clear();
            root.classList.remove("is-stale");
            const steepest = answer.fused.reduce((most, one) => Math.max(most, Math.abs(one)), 1);
            bars.forEach(([p, slope], i) => { p.show(answer.p[i], 1); slope.show(answer.fused[i], steepest); });
            const n = answer.p.length, largest = answer.jacobian.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
            jacobian.show(n, n, answer.jacobian, largest);
            group.show(answer);
            fusedHeads.forEach((head) => { head.data = answer.fused_formula.replace("-", "−"); });
            limits.textContent = answer.limits;
            const say = (where, text) => { if (where.textContent !== text) where.textContent = text; };
            say(naiveBreaks, answer.naive_breaks);
            say(longWayBreaks, answer.long_way_breaks);
        }

        root.append(
            el("div", { class: "panel-with-origin" },
               el("div", { class: "panel-main" },
                  el("p", { class: "lead" }, "Drag a logit. The loss’s gradient is what softmax gives minus what was right: p − y. Point at any number, and it says where it comes from."),
                  el("div", { class: "toolbar" }, examples),
                  el("section", { class: "card" },
                     el("h2", {}, "From z to p, and p − y"),
                     el("div", { class: "toolbar" }, temperature.element, kind.element, precision.element),
                     wrong.element,
                     el("div", { class: "scroll" }, forward.element),
                     el("div", { class: "toolbar" }, more, fewer)),
                  el("div", { class: "side-by-side" },
                     lossCard,
                     matrixCard,
                     backCard)),
               group.box));
        build();
        showSoftmaxRow = (shown) => { row = softmaxGiven(shown); build(); };
    },
};
