// A number as a bar from zero, in a range that stays.
import { el } from "./elements.js";

// show(value) draws it; what lies outside of [low, high] ends at the edge with a mark.
export function bar({ low = 0, high = 1, name = "" }) {
    const place = (value) => (Math.min(Math.max(value, low), high) - low) / (high - low);
    const fill = el("span", { class: "bar-fill" });
    const zero = low < 0 ? el("span", { class: "bar-zero", style: `left: ${place(0) * 100}%` }) : "";
    const element = el("span", { class: `bar ${name}`, "aria-hidden": "true" }, fill, zero);
    let shown = null;
    return {
        element,
        show(value) {
            if (Object.is(value, shown)) return;
            shown = value;
            const known = !Number.isNaN(value), from = place(Math.min(value, 0)), to = place(Math.max(value, 0));
            fill.style.transform = known ? `translateX(${from * 100}%) scaleX(${to - from})` : "scaleX(0)";
            element.dataset.sign = known ? Math.sign(value) : 2;
            element.classList.toggle("bar-over", value < low || value > high);
        },
    };
}
