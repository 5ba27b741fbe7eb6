// Softmax and cross-entropy of a few logits.
import { el } from "./elements.js";

export const softmax = {
    id: "softmax",
    title: "Softmax",
    async mount(root, engine) {
        const answer = await engine.call("softmax", new Float64Array([2, 1, 0.1]), 1, 0, 0);
        root.append(el("p", {}, `p = ${[...answer.p].join(", ")}; loss ${answer.loss}`));
    },
};
