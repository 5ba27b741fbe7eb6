// A matrix of numbers with sign as a table whose cells are coloured by size. Cells are figures.
import { el } from "./elements.js";
import { rove } from "./rove.js";

// How wide a cell must be for numbers, and for small ones, in pixels.
const HEAT_NARROWEST = { normal: 68, small: 56 };

// key(i, j, columns) names an element's figure; rowName(i) and columnName(j) stand beside it.
export function heatMap(group, { label, key, rowName, columnName }) {
    const table = el("table", { class: "heat", "aria-label": label });
    const element = el("div", { class: "heat-box" }, table);
    let rows = 0, columns = 0, cells = [];

    function build() {
        const head = el("tr", {}, el("td"), ...Array.from({ length: columns }, (_, j) => el("th", { scope: "col" }, columnName(j))));
        cells = [];
        const body = Array.from({ length: rows }, (_, i) =>
            el("tr", {}, el("th", { scope: "row" }, rowName(i)), ...Array.from({ length: columns }, (_, j) => {
                const number = document.createTextNode("");
                const box = el("span", { class: "cell" }, el("span", {}, number));
                cells.push({ box, number, share: null, sign: null });
                return el("td", {}, box);
            })));
        table.replaceChildren(head, ...body);
        element.style.setProperty("--columns", columns);
        cells.forEach((cell, at) => {
            const i = Math.floor(at / columns), j = at % columns;
            group.add(cell.box, key(i, j, columns), { label: `${rowName(i)}, ${columnName(j)}`, paint: (text) => { cell.number.data = text; } });
        });
        group.forgetGone();
        rove(table);
        fit();
    }

    function colour(cell, value, full) {
        const share = Number.isFinite(value) && full > 0 ? 2 * Math.round((Math.abs(value) / full) * 50) : 0;
        const sign = Number.isFinite(value) ? Math.sign(value) : 2;
        if (cell.share !== share) cell.box.style.setProperty("--share", (cell.share = share));
        if (cell.sign !== sign) cell.box.dataset.sign = cell.sign = sign;
    }

    function fit() {
        const width = cells.length ? cells[0].box.offsetWidth : 0;
        table.classList.toggle("without-numbers", width < HEAT_NARROWEST.small);
        table.classList.toggle("small-numbers", width < HEAT_NARROWEST.normal);
    }
    new ResizeObserver(fit).observe(element);

    return {
        element,
        // Colours the cells by values, of which `full` has the full colour, before group.show(answer) writes the
        // numbers into them.
        show(rowCount, columnCount, values, full) {
            if (rowCount !== rows || columnCount !== columns) {
                [rows, columns] = [rowCount, columnCount];
                build();
            }
            cells.forEach((cell, at) => colour(cell, values[at], full));
        },
    };
}
