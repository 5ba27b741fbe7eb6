// A sheet to draw on with finger, mouse or keys.
import { el } from "./elements.js";
import { cssColour, onTheme } from "./pixels.js";

const INK_SIDE = 112; // pixels of what is drawn, as C gets it
const PEN_CELLS = 28; // what the pen moves by with the keys
const PEN = 0.085; // its width, of the sheet's side: MNIST's strokes
const PEN_WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// onchange() is called with each stroke's piece.
export function drawingPad({ label, onchange }) {
    const sheet = el("canvas", { class: "pad", role: "application", tabindex: 0, "aria-label": label });
    const inked = el("canvas", { width: INK_SIDE, height: INK_SIDE }).getContext("2d", { willReadFrequently: true });
    const context = sheet.getContext("2d");
    let strokes = []; // lists of [x, y], of the sheet's side
    let pen = { x: 14, y: 14, down: false, keys: false };

    function line(onto, side, stroke, from) {
        onto.lineWidth = PEN * side;
        onto.lineCap = onto.lineJoin = "round";
        onto.beginPath();
        const points = stroke.slice(Math.max(from - 1, 0));
        onto.moveTo(points[0][0] * side, points[0][1] * side);
        points.forEach(([x, y]) => onto.lineTo(x * side, y * side));
        onto.stroke();
    }

    function draw() {
        const side = Math.round(sheet.clientWidth * devicePixelRatio);
        if (!side) return;
        if (sheet.width !== side) sheet.width = sheet.height = side;
        context.clearRect(0, 0, side, side);
        if (!strokes.length && !pen.keys) {
            context.fillStyle = cssColour("--quiet");
            context.font = `${side / 18}px system-ui, sans-serif`;
            context.textAlign = "center";
            context.fillText("Draw a digit here", side / 2, side / 2);
        }
        context.strokeStyle = cssColour("--ink");
        strokes.forEach((stroke) => line(context, side, stroke, 0));
        if (!pen.keys) return;
        context.strokeStyle = context.fillStyle = cssColour("--accent");
        context.lineWidth = 2 * devicePixelRatio;
        context.beginPath();
        context.arc(((pen.x + 0.5) / PEN_CELLS) * side, ((pen.y + 0.5) / PEN_CELLS) * side, (PEN / 2) * side, 0, 7);
        if (pen.down) context.fill();
        context.stroke();
    }
    new ResizeObserver(draw).observe(sheet);
    onTheme(draw);

    function extend(points) {
        const stroke = strokes.at(-1), from = stroke.length;
        stroke.push(...points);
        inked.strokeStyle = "#fff";
        line(inked, INK_SIDE, stroke, from);
        draw();
        onchange();
    }

    function begin(point) {
        strokes.push([]);
        extend([point]);
    }

    const placeOf = (event) => [event.offsetX / sheet.clientWidth, event.offsetY / sheet.clientHeight];
    let drawing = null; // the pointer that draws
    sheet.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || drawing !== null) return;
        drawing = event.pointerId;
        sheet.setPointerCapture(drawing);
        pen.keys = pen.down = false;
        begin(placeOf(event));
    });
    sheet.addEventListener("pointermove", (event) => {
        if (event.pointerId !== drawing) return;
        const between = event.getCoalescedEvents?.() ?? [];
        extend((between.length ? between : [event]).map(placeOf));
    });
    for (const end of ["pointerup", "pointercancel"])
        sheet.addEventListener(end, (event) => { if (event.pointerId === drawing) drawing = null; });

    const penPlace = () => [(pen.x + 0.5) / PEN_CELLS, (pen.y + 0.5) / PEN_CELLS];
    function movePen([dx, dy]) {
        const inside = (cell) => Math.min(Math.max(cell, 0), PEN_CELLS - 1);
        pen.x = inside(pen.x + dx);
        pen.y = inside(pen.y + dy);
        if (pen.down) extend([penPlace()]);
        else draw();
    }
    sheet.addEventListener("keydown", (event) => {
        const way = PEN_WAYS[event.key];
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (way) movePen(way);
        else if (event.key === " ") {
            pen.down = !pen.down;
            if (pen.down) begin(penPlace());
            else draw();
        } else if (event.key === "Delete" || event.key === "Backspace") clear();
        else return;
        pen.keys = true;
        draw();
        event.preventDefault();
    });
    sheet.addEventListener("blur", () => { pen.keys = pen.down = false; draw(); });

    function clear() {
        strokes = [];
        pen.down = false;
        inked.clearRect(0, 0, INK_SIDE, INK_SIDE);
        draw();
        onchange();
    }

    return {
        element: sheet,
        clear,
        get isEmpty() { return !strokes.length; },
        // Bytes [112, 112], 255 where there is ink.
        ink() {
            const { data } = inked.getImageData(0, 0, INK_SIDE, INK_SIDE);
            const ink = new Uint8Array(INK_SIDE * INK_SIDE);
            for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3];
            return ink;
        },
    };
}
