// One head of attention, there and back.
import { el } from "./elements.js";
import { FigureGroup } from "./figures.js";
import { badInput, choice, segments, slider } from "./controls.js";
import { editable } from "./editable.js";
import { heatMap } from "./heatmap.js";
import { plane } from "./plane.js";

const TOKENS = 4, FIRST_SEED = 5;
const GRADIENT_SCALE = 3; // gradients of Q and K are short

// The matrices, each with its gradient below, and that with what differences say of it. Those with `given` are held.
const CARDS = [
    { title: "Q", note: "queries", across: "dim", rows: [{ name: "q", given: true },
        { name: "dq", title: "dQ = dS K" }, { name: "numeric_dq", title: "by differences", label: "dQ by differences", check: "dq_difference" }] },
    { title: "K", note: "keys", across: "dim", rows: [{ name: "k", given: true },
        { name: "dk", title: "dK = dSᵀ Q" }, { name: "numeric_dk", title: "by differences", label: "dK by differences", check: "dk_difference" }] },
    { title: "S = Q Kᵀ", note: "scores", across: "token", rows: [{ name: "scores" },
        { name: "scaled", title: "Z = S/(√d T), scaled" }, { name: "dscores", title: "dS = P (dP − Σ P dP)/(√d T)" }] },
    { title: "P = softmax(Z)", note: "shares, rows sum to 1", across: "token", rows: [{ name: "p" }, { name: "dp", title: "dP = dO Vᵀ" }] },
    { title: "V", note: "values", across: "dim", rows: [{ name: "v", given: true },
        { name: "dv", title: "dV = Pᵀ dO" }, { name: "numeric_dv", title: "by differences", label: "dV by differences", check: "dv_difference" }] },
    { title: "O = P V", note: "output", across: "dim", rows: [{ name: "output" }, { name: "d_output", title: "dO, from above", given: true }] },
];

function matrixCard(group, card, held) {
    const parts = card.rows.map(({ name, title, label, given, check }) => {
        const heat = heatMap(group, {
            label: label ?? title ?? card.title,
            key: (i, j, columns) => `${name}.${i * columns + j}`,
            rowName: (i) => String(i),
            columnName: (j) => String(j),
        });
        if (given) editable(heat, { value: (i) => held.value(name, i), change: (i, to) => held.change(name, i, to) });
        const verdict = check ? el("p", { class: "agreement" }) : "";
        return { name, check, heat, verdict, elements: [title ? el("h3", {}, title) : "", heat.element, verdict] };
    });
    const element = el("section", { class: `matrix across-${card.across}`, "aria-label": card.title },
                       el("h2", {}, card.title, el("span", { class: "quiet" }, ` ${card.note}`)), ...parts.flatMap(({ elements }) => elements));
    return {
        element,
        show(answer, dim) {
            for (const { name, check, heat, verdict } of parts) {
                const largest = answer[name].reduce((most, one) => (Number.isFinite(one) ? Math.max(most, Math.abs(one)) : most), 0);
                heat.show(TOKENS, card.across === "dim" ? dim : TOKENS, answer[name], name === "p" ? 1 : largest);
                if (check) verdict.textContent = `relative error ${answer[check].toExponential(1)}`;
            }
        },
    };
}

function attentionPlanes(onmove) {
    const each = (make) => Array.from({ length: TOKENS }, (_, i) => make(i));
    const arrow = (kind, movable, relative = false) => each((i) => ({ id: `${kind}.${i}`, name: movable ? `${kind === "d_output" ? "dO" : kind}${i}` : "", kind, movable, relative }));
    const moved = (id, x, y) => onmove(...id.split("."), x, y);
    const left = plane({ label: "Queries and keys", onmove: moved,
                         arrows: [...arrow("dq", false), ...arrow("dk", false), ...arrow("k", true), ...arrow("q", true)] });
    const right = plane({ label: "Values, outputs and the gradient of the outputs", onmove: moved,
                          arrows: [...arrow("dv", false), ...arrow("v", true), ...each((i) => ({ id: `output.${i}`, name: `o${i}`, kind: "output" })),
                                   ...arrow("d_output", true, true)] });
    const key = (kind, text) => el("span", { class: `plane-key ${kind}` }, text);
    const element = el("div", { class: "planes" },
        el("figure", {}, left.element, el("figcaption", {}, "Drag the tips. ", key("q", "queries q"), " look for ", key("k", "keys k"),
            ": the thicker a key, the more the chosen token’s query attends to it. ", key("gradient", "dashed"), `: dQ and dK, ${GRADIENT_SCALE} times as long.`)),
        el("figure", {}, right.element, el("figcaption", {}, key("output", "outputs o"), " are means of the ", key("v", "values v"),
            ", weighted by P. Drag ", key("d_output", "dO"), ", which way the loss grows with an output; ", key("gradient", "dashed"), ": dV.")));
    const vector = (matrix, i) => [matrix[2 * i], matrix[2 * i + 1]];
    const plus = (a, b, times = 1) => [a[0] + times * b[0], a[1] + times * b[1]];
    return {
        element,
        show(answer, token) {
            const share = (i) => 1.5 + 7 * answer.p[token * TOKENS + i];
            const at = [{}, {}];
            for (let i = 0; i < TOKENS; i++) {
                const [q, k, v, o, d] = ["q", "k", "v", "output", "d_output"].map((name) => vector(answer[name], i));
                const faint = i !== token;
                at[0][`q.${i}`] = { to: q, faint, width: faint ? 2 : 3.5 };
                at[0][`k.${i}`] = { to: k, width: share(i) };
                at[0][`dq.${i}`] = { from: q, to: plus(q, vector(answer.dq, i), GRADIENT_SCALE), width: 1.5, faint };
                at[0][`dk.${i}`] = { from: k, to: plus(k, vector(answer.dk, i), GRADIENT_SCALE), width: 1.5 };
                at[1][`v.${i}`] = { to: v, width: share(i) };
                at[1][`dv.${i}`] = { from: v, to: plus(v, vector(answer.dv, i)), width: 1.5 };
                at[1][`output.${i}`] = { to: o, faint, width: faint ? 2 : 3.5 };
                at[1][`d_output.${i}`] = { from: o, to: plus(o, d), faint, width: 2 };
            }
            left.show(at[0]);
            right.show(at[1]);
        },
    };
}

export const attention = {
    id: "attention",
    title: "Attention",
    async mount(root, engine) {
        const group = new FigureGroup(engine, "attention_origin");
        const bad = badInput();
        const held = { dim: 2, causal: false, temperature: 1, seed: FIRST_SEED };
        let token = 0, answer = null, planes;

        const cards = CARDS.map((card) => matrixCard(group, card, {
            value: (name, i) => held[name][i],
            change(name, i, to) {
                held[name][i] = to;
                if (name === "d_output") upstream.value = "own";
                update();
            },
        }));
        const bothWays = el("p", { class: "quiet" });

        function show() {
            cards.forEach((card) => card.show(answer, held.dim));
            group.show(answer);
            planes.element.hidden = held.dim !== 2;
            if (held.dim === 2) planes.show(answer, token);
            bothWays.textContent = `Forward and dP, dS are plain ops, one after the other; dQ, dK and dV come from the attention op that trains. ` +
                `The two ways differ by ${answer.op_difference.toExponential(1)} at most.`;
        }

        async function update() {
            try {
                const next = await engine.latest("attention", held.q, held.k, held.v, held.d_output, held.dim, held.causal, held.temperature);
                if (!next) return;
                bad.clear();
                root.classList.remove("is-stale");
                answer = next;
                show();
            } catch (error) {
                bad.say(error);
                root.classList.add("is-stale");
            }
        }

        async function draw() {
            try {
                const { seed, dim } = held, drawn = await engine.call("attention_draw", seed, TOKENS, dim);
                if (seed !== held.seed || dim !== held.dim) return; // others are on their way
                Object.assign(held, drawn);
                held.drawn = held.d_output.slice();
                another.title = `Now: those of softmax attention --seed ${held.seed} --dim ${held.dim}`;
                setUpstream();
                await update();
            } catch (error) {
                bad.say(error);
            }
        }

        function setUpstream() {
            if (upstream.value === "drawn") held.d_output.set(held.drawn);
            if (upstream.value === "ones") held.d_output.fill(1);
            if (upstream.value === "one") held.d_output.fill(0)[token * held.dim] = 1;
        }

        function look(i) {
            token = i;
            looked.value = i;
            if (upstream.value === "one") setUpstream();
        }

        planes = attentionPlanes((name, i, x, y) => {
            held[name].set([x, y], 2 * Number(i));
            if (name === "q" || name === "d_output") look(Number(i));
            if (name === "d_output") upstream.value = "own";
            update();
        });

        const upstream = choice({ label: "dO", value: "drawn",
                                  options: [["drawn", "drawn"], ["ones", "all 1"], ["one", "1 at the token’s first"], ["own", "your own"]],
                                  onchange: () => { setUpstream(); update(); } });
        const looked = segments({ label: "Token", options: Array.from({ length: TOKENS }, (_, i) => [i, String(i)]), value: 0,
                                  onchange: (i) => { look(Number(i)); update(); } });
        const dims = choice({ label: "Dimension", options: [2, 3, 4, 5, 6, 7, 8].map((dim) => [dim, String(dim)]), value: 2,
                              onchange: (dim) => { held.dim = Number(dim); draw(); } });
        const mask = el("label", { class: "check" }, el("input", { type: "checkbox", onchange: ({ target }) => { held.causal = target.checked; update(); } }),
                        " causal: no token sees later ones");
        const temperature = slider({ label: "Temperature T", min: 0.05, max: 20, log: true, value: 1,
                                     oninput: (to) => { held.temperature = to; update(); } });
        const another = el("button", { class: "button", type: "button", onclick: () => { held.seed++; draw(); } }, "Other numbers");

        root.append(el("div", { class: "panel-with-origin" },
            el("div", { class: "panel-main" },
               el("p", { class: "lead" }, "Four tokens look at each other, softmax(Q Kᵀ/(√d T)) V, and the way back from dO to Q, K and V. ",
                  "Numbers with a dotted line are yours: drag them sideways, type, or step them with Shift and the arrow keys."),
               el("div", { class: "toolbar" }, dims.element, temperature.element, mask),
               el("div", { class: "toolbar" }, looked.element, upstream.element, another),
               bad.element, planes.element,
               el("div", { class: "matrices" }, ...cards.map(({ element }) => element)),
               bothWays),
            group.box));
        await draw();
    },
};
