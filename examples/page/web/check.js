// Gradient checks: of a net whose backward passes can be made wrong, and of a net of one's own.
import { el } from "./elements.js";
import { badInput, segments } from "./controls.js";

const examples = [
    "linear 16, gelu, linear 4",
    "conv 4 3 pad 1, batchnorm, relu, maxpool 2, linear 10",
    "[linear 16, silu, dropout 0.2, linear 16], layernorm, linear 5",
    "embed 8, positions, [rmsnorm, attention 2], rmsnorm, tied",
];

const checkFigure = (value) => (Number.isFinite(value) ? value.toPrecision(7).replace("-", "−") : String(value));
const small = (value) => (value === 0 ? "0" : Number.isFinite(value) ? value.toExponential(1).replace("-", "−") : String(value));

// The outcomes as a table, with a sentence for each that did not pass, and the error-against-step picture.
class Outcome {
    constructor(meanings) {
        this.meanings = meanings; // from a verdict to what it means
        this.sum = el("p", { class: "check-sum", role: "status" });
        this.rows = el("tbody");
        this.sentences = el("ul", { class: "check-sentences" });
        this.picture = el("div", { class: "check-picture" });
        this.picture.attachShadow({ mode: "open" });
        this.caption = el("p", { class: "quiet" },
            "Where backward is right, the error of one difference makes a V: it falls with the step until round-off takes over. ",
            "Where backward is wrong, no step helps.");
        this.element = el("div", { class: "check-outcome" }, this.sum, this.table = el("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "outcomes" },
               el("table", { class: "check-table" },
                  el("thead", {}, el("tr", {}, ...["gradient of", "shape", "verdict", "error", "allowed", "backward", "differences"].map(
                      (name, i) => el("th", { scope: "col", class: i > 2 ? "right" : null }, name)))), this.rows)),
            this.sentences, this.picture, this.caption);
        this.clear("");
    }

    show(answer) {
        const count = answer.input.length;
        this.sum.textContent = answer.passed === count ? (count === 1 ? "The one gradient passes." : `All ${count} gradients pass.`)
            : `${count - answer.passed} of ${count} gradients do not pass.`;
        this.rows.replaceChildren(...answer.input.map((input, i) =>
            el("tr", {},
               el("th", { scope: "row" }, input), el("td", {}, answer.shape[i]),
               el("td", {}, this.#verdict(answer.verdict[i])),
               ...[small(answer.found[i]), small(answer.allowed[i]), checkFigure(answer.backward[i]), checkFigure(answer.numeric[i])].map(
                   (text) => el("td", { class: "right" }, text)))));
        this.sentences.replaceChildren(...answer.input.flatMap((input, i) =>
            answer.verdict[i] === "PASS" ? [] : [el("li", {}, el("b", {}, input), " — ", answer.sentence[i])]));
        this.table.hidden = false;
        this.picture.hidden = this.caption.hidden = !answer.picture;
        this.picture.shadowRoot.innerHTML = answer.picture ?? "";
        this.picture.shadowRoot.append(el("style", {}, "svg { width: 100%; height: auto; display: block; }"));
    }

    clear(text) {
        this.sum.textContent = text;
        this.sentences.replaceChildren();
        this.table.hidden = this.picture.hidden = this.caption.hidden = true;
    }

    #verdict(verdict) {
        const fine = verdict === "PASS";
        return el("span", { class: "verdict " + (fine ? "fine" : "not-fine"), title: this.meanings.get(verdict) },
                  (fine ? "✓ " : "✗ ") + verdict);
    }
}

// The bent net: its ops in a row, of which one has the bug.
function netChain(ops) {
    const boxes = ops.map((op) => el("li", {}, op));
    return {
        element: el("ol", { class: "check-chain", "aria-label": "the net, from x to the loss" }, ...boxes),
        mark(op) {
            const at = ops.findIndex((one) => one.split(" ")[0] === op);
            boxes.forEach((box, i) => box.classList.toggle("is-bent", i === at));
        },
    };
}

function bugSide(known, outcome, ask) {
    const chain = netChain(known.net);
    const right = el("code", { class: "right-line" }), wrong = el("code", { class: "wrong-line" });
    const lines = el("pre", { class: "check-lines" }, right, "\n", wrong);
    const why = el("p"), beside = el("div", {}, lines, why);
    const list = el("div", { class: "check-bugs", role: "radiogroup", "aria-label": "the bug to plant" });
    const show = (bug) => {
        chain.mark(known.op[bug]);
        right.textContent = known.right[bug] && "− " + known.right[bug] + ";";
        wrong.textContent = known.wrong[bug] && "+ " + known.wrong[bug] + ";";
        lines.hidden = !known.wrong[bug];
        why.textContent = known.why[bug];
        ask(bug);
    };
    known.title.forEach((title, bug) => list.append(
        el("label", {}, el("input", { type: "radio", name: "bug", value: bug, checked: bug === 0, onchange: () => show(bug) }),
           el("span", {}, title), el("span", { class: "quiet" }, known.op[bug]))));
    const element = el("div", { class: "check-bug-side" },
        el("p", {}, "A small net, its ops written out plainly in C. Plant a bug in one line of a backward pass, and see what the gradient check makes of it: ",
           "what lies before the bug is wrong, what lies behind it passes."),
        chain.element, el("div", { class: "check-plant" }, list, beside));
    return { element, show, takeOutcome: () => beside.append(outcome) };
}

function netSide(ask, stop) {
    const field = el("input", { type: "text", id: "check-net", class: "net-line", spellcheck: "false", autocomplete: "off", value: examples[0] });
    const wrong = badInput();
    const begin = el("button", { class: "button main", type: "submit" }, "Check");
    const end = el("button", { class: "button", type: "button", disabled: true, onclick: () => stop() }, "Stop");
    const form = el("form", { class: "check-net-side", hidden: true, onsubmit: (event) => { event.preventDefault(); ask(field.value); } },
        el("label", { for: "check-net" }, "A net, as a line of text"), field,
        el("span", { class: "check-buttons" }, begin, end), wrong.element,
        el("p", { class: "quiet" }, "For example: ", ...examples.flatMap((line) => [
            el("button", { class: "example", type: "button", onclick: () => { field.value = line; ask(line); } }, line), " "])));
    return {
        element: form, field, wrong,
        busy(is) { begin.disabled = is; end.disabled = !is; },
    };
}

export const check = {
    id: "check",
    title: "Check",
    async mount(root, engine) {
        const [known, verdicts] = await Promise.all([engine.call("check_bugs"), engine.call("check_verdicts")]);
        const outcome = new Outcome(new Map(verdicts.verdict.map((verdict, i) => [verdict, verdicts.meaning[i]])));
        let bug = 0, seed = 1, line = examples[0], asked = 0;

        async function askFor(name, what) {
            const mine = ++asked;
            const late = setTimeout(() => mine === asked && outcome.clear("Checking …"), 300);
            net.wrong.clear();
            net.busy(true);
            try {
                const answer = await engine.call(name, what, seed, precision.value === "float");
                if (mine === asked) outcome.show(answer);
            } catch (error) {
                if (mine !== asked) return;
                outcome.clear("");
                net.wrong.say(error, name === "check_net" ? what : null);
            } finally {
                clearTimeout(late);
                if (mine === asked) net.busy(false);
            }
        }
        const ask = () => (subject.value === "bug" ? askFor("check_bug", bug) : askFor("check_net", line));
        function stop() {
            asked++;
            engine.end();
            net.busy(false);
            outcome.clear("Stopped.");
        }

        const planted = bugSide(known, outcome.element, (to) => { bug = to; ask(); });
        const net = netSide((to) => { line = to; ask(); }, stop);
        const subject = segments({ label: "Check", options: [["bug", "a net with a bug"], ["net", "a net of your own"]], value: "bug",
            onchange(to) {
                planted.element.hidden = to !== "bug";
                net.element.hidden = to !== "net";
                if (to === "bug") planted.takeOutcome();
                else root.append(outcome.element);
                ask();
            } });
        const precision = segments({ label: "in", options: [["double", "double"], ["float", "float"]], value: "double", onchange: ask });
        const again = el("button", { class: "button", type: "button", onclick: () => { seed++; ask(); } }, "Other numbers");
        root.append(el("div", { class: "check-head" }, subject.element, precision.element, again),
                    planted.element, net.element);
        planted.takeOutcome();
        planted.show(0);
    },
};
