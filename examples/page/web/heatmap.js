// A matrix of numbers with sign as a table whose cells are coloured by size. Cells are figures.
import { el } from "./elements.js";
import { rove } from "./rove.js";

const NARROWEST_WITH_NUMBERS = 46; // pixels of a cell

// key(i, j, columns) names an element; rowName(i) and columnName(j) stand beside it. Sizes come with show().
export function heatMap(group, { label, key, rowName, columnName }) {
    const table = el("table", { class: "heat", "aria-label": label });
    const element = el("div", { class: "heat-box" }, table);
    let rows = 0, columns = 0, largest = 1, cells = [];

    function build() {
        const head = el("tr", {}, el("td"), ...Array.from({ length: columns }, (_, j) => el("th", { scope: "col" }, columnName(j))));
        cells = [];
        const body = Array.from({ length: rows }, (_, i) =>
            el("tr", {}, el("th", { scope: "row" }, rowName(i)), ...Array.from({ length: columns }, (_, j) => {
                const number = el("span");
                const box = el("span", { class: "cell" }, el("span", { class: "unseen" }, `${rowName(i)}, ${columnName(j)}: `), number);
                cells.push({ box, number, share: null, sign: null });
                return el("td", {}, box);
            })));
        table.replaceChildren(head, ...body);
        group.forgetGone();
        cells.forEach((cell, at) => {
            const i = Math.floor(at / columns), j = at % columns;
            group.add(cell.box, key(i, j, columns), { paint: (text, value) => paint(cell, text, value) });
        });
        rove(table);
        fit();
    }

    function paint(cell, text, value) {
        const share = Number.isFinite(value) && largest > 0 ? Math.round((Math.abs(value) / largest) * 100) : 0;
        const sign = Number.isFinite(value) ? Math.sign(value) : 2;
        if (cell.number.textContent !== text) cell.number.textContent = text;
        if (cell.share !== share) cell.box.style.setProperty("--share", (cell.share = share));
        if (cell.sign !== sign) cell.box.dataset.sign = cell.sign = sign;
    }

    function fit() {
        if (columns) table.classList.toggle("without-numbers", element.clientWidth / (columns + 1) < NARROWEST_WITH_NUMBERS);
    }
    new ResizeObserver(fit).observe(element);

    return {
        element,
        // To be called before group.show(answer), which paints the cells: of what size the matrix is and which
        // number has the full colour.
        size(rowCount, columnCount, fullColour) {
            largest = fullColour;
            if (rowCount === rows && columnCount === columns) return;
            [rows, columns] = [rowCount, columnCount];
            build();
        },
    };
}
