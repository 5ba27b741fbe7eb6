// A number as a bar from zero, in a range that stays.
import { el } from "./elements.js";

// show(value, full) draws it, from low·full to full; what lies outside ends at the edge with a mark.
export function bar({ low = 0, name = "" }) {
    const place = (share) => (Math.min(Math.max(share, low), 1) - low) / (1 - low);
    const fill = el("span", { class: "bar-fill" });
    const zero = low < 0 ? el("span", { class: "bar-zero", style: `left: ${place(0) * 100}%` }) : "";
    const element = el("span", { class: `bar ${name}`, "aria-hidden": "true" }, fill, zero);
    let shown = null;
    return {
        element,
        show(value, full) {
            const share = value / full;
            if (Object.is(share, shown)) return;
            shown = share;
            const known = !Number.isNaN(share), from = place(Math.min(share, 0)), to = place(Math.max(share, 0));
            fill.style.transform = known ? `translateX(${from * 100}%) scaleX(${to - from})` : "scaleX(0)";
            element.dataset.sign = known ? Math.sign(share) : 2;
            element.classList.toggle("bar-over", share < low || share > 1);
        },
    };
}
