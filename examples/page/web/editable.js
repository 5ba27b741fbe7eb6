// Cells of a heat map that can be typed in, dragged sideways and stepped by keys.
import { el } from "./elements.js";
import { readNumber } from "./controls.js";

const A_DRAG = 4; // pixels; less is a tap
const rounded = (value) => Number(value.toFixed(4));

// value(i) is what the i-th cell holds; change(i, number) is told each change, NaN for what is no number.
export function editable(heat, { value, change }) {
    const box = heat.element;
    box.classList.add("is-editable");
    const cellOf = (target) => (target.matches("input") ? null : target.closest("td:has(> .cell)"));
    const indexOf = (cell) => (cell.parentNode.rowIndex - 1) * (cell.parentNode.cells.length - 1) + cell.cellIndex - 1;

    function edit(cell, begin) {
        const i = indexOf(cell), before = value(i), name = cell.firstChild.getAttribute("aria-label") ?? "value";
        const field = el("input", { type: "text", class: "cell-field", "aria-label": name, autocomplete: "off", spellcheck: "false" });
        field.value = begin ?? String(before);
        const set = (to) => {
            field.setAttribute("aria-invalid", Number.isNaN(to));
            change(i, to);
        };
        let open = true; // taking the field away blurs it
        const end = (keep) => {
            if (!open) return;
            open = false;
            const typed = readNumber(field.value);
            field.remove();
            if (!keep || Number.isNaN(typed)) change(i, before);
        };
        field.addEventListener("input", () => set(readNumber(field.value)));
        field.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== "Escape") return;
            event.preventDefault();
            end(event.key === "Enter");
            cell.firstChild.focus();
        });
        field.addEventListener("blur", () => end(true));
        cell.append(field);
        field.focus();
        if (begin === undefined) field.select();
        else set(readNumber(begin));
    }

    box.addEventListener("keydown", (event) => {
        const cell = cellOf(event.target);
        if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
        const step = event.shiftKey && { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
        if (step) change(indexOf(cell), rounded(value(indexOf(cell)) + step));
        else if (event.key === "Enter") edit(cell);
        else if (/^[-+.0-9]$/.test(event.key)) edit(cell, event.key);
        else return;
        event.preventDefault();
        event.stopPropagation();
    }, true);
    box.addEventListener("dblclick", (event) => cellOf(event.target) && edit(cellOf(event.target)));
    box.addEventListener("pointerdown", (event) => {
        const cell = cellOf(event.target);
        if (!cell || event.button) return;
        const i = indexOf(cell), from = event.clientX, before = value(i);
        let dragged = false;
        const move = ({ clientX }) => {
            dragged ||= Math.abs(clientX - from) >= A_DRAG;
            if (dragged) change(i, rounded(before + Math.round(clientX - from) / 100));
        };
        const end = () => {
            box.removeEventListener("pointermove", move);
            box.removeEventListener("pointerup", end);
            box.removeEventListener("pointercancel", end);
        };
        cell.firstChild.focus();
        box.setPointerCapture(event.pointerId);
        box.addEventListener("pointermove", move);
        box.addEventListener("pointerup", end);
        box.addEventListener("pointercancel", end);
    });
}
