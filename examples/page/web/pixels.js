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

const mixColours = (from, to, share) => from.map((one, i) => one + (to[i] - one) * share);

// A canvas with a pixel for each number, which CSS makes large.
export function pixelCanvas(width, height, attributes = {}) {
    const element = el("canvas", { width, height, class: "pixels", ...attributes });
    const context = element.getContext("2d"), image = context.createImageData(width, height);
    return {
        element,
        // colour(i) gives pixel i's [red, green, blue].
        draw(colour) {
            for (let i = 0; i < width * height; i++) {
                const [red, green, blue] = colour(i);
                image.data.set([red, green, blue, 255], 4 * i);
            }
            context.putImageData(image, 0, 0);
        },
    };
}

// Bytes of ink as ink on paper.
export function inkColour(bytes) {
    const paper = colourOf("--surface"), ink = colourOf("--ink");
    return (i) => mixColours(paper, ink, bytes[i] / 255);
}

// Numbers with a sign, of which `full` has the full colour, over a ground.
export function signColour(values, full, ground = () => colourOf("--surface")) {
    const positive = colourOf("--positive"), negative = colourOf("--negative");
    return (i) => mixColours(ground(i), values[i] > 0 ? positive : negative, full > 0 ? Math.min(Math.abs(values[i]) / full, 1) : 0);
}
