// Pictures of a few pixels, drawn large.
import { el } from "./elements.js";

const themeColours = new Map(); // of CSS variables, as [red, green, blue]
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => themeColours.clear());

// What a CSS variable's colour is now.
export function colourOf(name) {
    if (!themeColours.has(name)) {
        const one = el("canvas", { width: 1, height: 1 }).getContext("2d");
        one.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
        one.fillRect(0, 0, 1, 1);
        themeColours.set(name, [...one.getImageData(0, 0, 1, 1).data.subarray(0, 3)]);
    }
    return themeColours.get(name);
}

export const cssColour = (name, opacity = 1) => `rgb(${colourOf(name).join(" ")} / ${opacity})`;

// Asks for a new drawing when light turns to dark.
export function onTheme(draw) {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

// A canvas with a pixel for each number, which CSS makes large.
export function pixelCanvas(width, height, attributes = {}) {
    const element = el("canvas", { width, height, class: "pixels", ...attributes });
    const context = element.getContext("2d"), image = context.createImageData(width, height);
    return {
        element,
        // paint(data) fills [height, width, 4] of red, green, blue and opacity.
        draw(paint) {
            paint(image.data);
            context.putImageData(image, 0, 0);
        },
    };
}

function mixInto(data, at, from, to, share) {
    for (let c = 0; c < 3; c++) data[at + c] = from[c] + (to[c] - from[c]) * share;
    data[at + 3] = 255;
}

// Bytes of ink as ink on paper.
export function inkPaint(bytes) {
    const paper = colourOf("--surface"), ink = colourOf("--ink");
    return (data) => bytes.forEach((byte, i) => mixInto(data, 4 * i, paper, ink, byte / 255));
}

// Numbers with a sign, of which `full` has the full colour, over what another paint has painted, or paper.
export function signPaint(values, full, ground = null) {
    const paper = colourOf("--surface"), positive = colourOf("--positive"), negative = colourOf("--negative");
    const under = [0, 0, 0];
    return (data) => {
        ground?.(data);
        values.forEach((value, i) => {
            const share = full > 0 ? Math.min(Math.abs(value) / full, 1) : 0;
            for (let c = 0; c < 3; c++) under[c] = ground ? data[4 * i + c] : paper[c];
            mixInto(data, 4 * i, under, value > 0 ? positive : negative, share);
        });
    };
}
