// Arrows in a plane, of which some can be dragged by their tips or moved by keys.
import { el, svg } from "./elements.js";

const PLANE_SIZE = 400, HEAD_LENGTH = 9; // of the picture, in its own units

// arrows: [{id, name, kind, movable}]; onmove(id, x, y) is told where a tip is taken.
export function plane({ label, arrows, onmove }) {
    const picture = svg("svg", { viewBox: `0 0 ${PLANE_SIZE} ${PLANE_SIZE}`, role: "group", "aria-label": label, class: "plane" });
    const grid = svg("g", { class: "plane-grid" }), lines = svg("g"), handles = svg("g");
    picture.append(grid, lines, handles);
    let reach = 0, held = null;
    const scale = () => PLANE_SIZE / 2 / reach;
    const at = ([x, y]) => [PLANE_SIZE / 2 + x * scale(), PLANE_SIZE / 2 - y * scale()];

    function drawGrid() {
        const middle = PLANE_SIZE / 2, marks = [], step = Math.ceil(reach / 4);
        for (let r = step; r < reach; r += step) {
            marks.push(svg("circle", { cx: middle, cy: middle, r: r * scale() }));
            marks.push(svg("text", { x: middle + r * scale() + 3, y: middle - 3 }, String(r)));
        }
        grid.replaceChildren(svg("line", { x1: 0, x2: PLANE_SIZE, y1: middle, y2: middle }),
                             svg("line", { y1: 0, y2: PLANE_SIZE, x1: middle, x2: middle }), ...marks);
    }

    const drawn = new Map(arrows.map((arrow) => {
        const line = svg("path", { class: `arrow ${arrow.kind}` });
        const name = svg("text", { class: `arrow-name ${arrow.kind}` }, arrow.name);
        const one = { arrow, line, name, tip: [0, 0] };
        lines.append(line, name);
        if (arrow.movable) one.handle = makeHandle(one);
        return [arrow.id, one];
    }));

    function makeHandle(one) {
        const handle = svg("circle", { class: `handle ${one.arrow.kind}`, r: 15, tabindex: 0, role: "slider",
                                       "aria-roledescription": "arrow in a plane", "aria-label": one.arrow.name });
        const place = (event) => {
            const box = picture.getBoundingClientRect(), unit = (2 * reach) / box.width;
            return [(event.clientX - box.x) * unit - reach, reach - (event.clientY - box.y) * unit];
        };
        const move = (x, y) => onmove(one.arrow.id, Number(x.toFixed(2)), Number(y.toFixed(2)));
        handle.addEventListener("pointerdown", (event) => {
            if (event.button) return;
            const [x, y] = place(event);
            held = { id: one.arrow.id, x: one.tip[0] - x, y: one.tip[1] - y };
            handle.setPointerCapture(event.pointerId);
        });
        handle.addEventListener("pointermove", (event) => {
            if (held?.id !== one.arrow.id) return;
            const [x, y] = place(event), inside = (v) => Math.max(-reach, Math.min(reach, v));
            move(inside(x + held.x), inside(y + held.y));
        });
        for (const ending of ["pointerup", "pointercancel"]) handle.addEventListener(ending, () => { held = null; });
        handle.addEventListener("keydown", (event) => {
            const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
            if (!way) return;
            event.preventDefault();
            const step = event.shiftKey ? 0.01 : 0.1;
            move(one.tip[0] + step * way[0], one.tip[1] + step * way[1]);
        });
        handles.append(handle);
        return handle;
    }

    function draw(one, { from = [0, 0], to, width = 2, faint = false }) {
        const [x0, y0] = at(from), [x1, y1] = at(to), length = Math.hypot(x1 - x0, y1 - y0);
        const along = length > 0 ? [(x1 - x0) / length, (y1 - y0) / length] : [0, 0];
        const size = Math.min(HEAD_LENGTH + width, length), half = size * 0.45;
        const neck = [x1 - along[0] * size, y1 - along[1] * size];
        const text = (x, y) => `${x.toFixed(1)} ${y.toFixed(1)}`;
        one.line.setAttribute("d", `M${text(x0, y0)}L${text(...neck)}M${text(neck[0] - along[1] * half, neck[1] + along[0] * half)}` +
            `L${text(x1, y1)}L${text(neck[0] + along[1] * half, neck[1] - along[0] * half)}Z`);
        one.line.style.strokeWidth = width;
        one.line.classList.toggle("is-faint", faint);
        one.name.classList.toggle("is-faint", faint);
        one.name.setAttribute("x", (x1 + along[0] * 13).toFixed(1));
        one.name.setAttribute("y", (y1 + along[1] * 13).toFixed(1));
        if (!one.handle) return;
        one.tip = [to[0] - (one.arrow.relative ? from[0] : 0), to[1] - (one.arrow.relative ? from[1] : 0)];
        one.handle.setAttribute("cx", x1.toFixed(1));
        one.handle.setAttribute("cy", y1.toFixed(1));
        one.handle.setAttribute("aria-valuenow", one.tip[0]);
        one.handle.setAttribute("aria-valuetext", one.tip.map((v) => String(Number(v.toFixed(2)))).join(", "));
    }

    return {
        element: el("div", { class: "plane-box" }, picture),
        // positions: from an id to {from, to, width, faint}; `to` is where the tip is, in the plane.
        show(positions) {
            const furthest = Math.max(...Object.values(positions).flatMap(({ to }) => to.map(Math.abs)));
            const needed = Math.min(Math.max(1.5, Math.ceil(furthest * 2.1) / 2), 1e6);
            if (!held && needed !== reach && Number.isFinite(needed)) {
                reach = needed;
                drawGrid();
            }
            for (const [id, position] of Object.entries(positions)) draw(drawn.get(id), position);
        },
    };
}
