// What is dragged, typed and chosen.
import { el } from "./elements.js";

let controlIds = 0;
const newControlId = () => "control-" + ++controlIds;

// As people type numbers: "-inf", and the minus sign as it is printed, too. NaN: it is none.
export function readNumber(text) {
    const plain = text.trim().replaceAll("−", "-").toLowerCase();
    const infinite = /^([+-]?)inf(inity)?$/.exec(plain);
    return infinite ? (infinite[1] === "-" ? -Infinity : Infinity) : plain ? Number(plain) : NaN;
}

const writeNumber = (value) => (Number.isFinite(value) ? String(value) : value > 0 ? "inf" : value < 0 ? "-inf" : "");

// A number, dragged or typed: what is typed may lie outside of what can be dragged to. With `log` the slider goes by
// factors. oninput(value) is told each change, NaN for what is no number.
export function slider({ label, min, max, step = 0.1, value, log = false, labelHidden = false, oninput }) {
    const id = newControlId();
    const place = (number) => (log ? Math.log(number) : number);
    const atPlace = (at) => (log ? Number(Math.exp(at).toPrecision(3)) : Number(at.toFixed(6)));
    const range = el("input", { type: "range", id: id + "-range", min: place(min), max: place(max), "aria-label": label,
                                step: log ? (Math.log(max) - Math.log(min)) / 200 : step });
    const field = el("input", { type: "text", id, class: "number", autocomplete: "off", spellcheck: "false", size: 6 });
    const element = el("span", { class: "slider" },
                       el("label", { for: id, class: labelHidden ? "unseen" : null }, label), range, field);
    let now = value;
    const showRange = () => {
        range.value = place(Math.min(Math.max(now, min), max));
        range.setAttribute("aria-valuetext", writeNumber(now));
    };
    const change = (to) => {
        now = to;
        field.setAttribute("aria-invalid", Number.isNaN(now));
        oninput(now);
    };
    range.addEventListener("input", () => {
        change(atPlace(range.valueAsNumber));
        field.value = writeNumber(now);
        range.setAttribute("aria-valuetext", writeNumber(now));
    });
    field.addEventListener("input", () => {
        change(readNumber(field.value));
        if (!Number.isNaN(now)) showRange();
    });
    const set = (to) => {
        now = to;
        field.value = writeNumber(to);
        field.setAttribute("aria-invalid", Number.isNaN(to));
        showRange();
    };
    set(value);
    return {
        element, range, field,
        get value() { return now; },
        set value(to) { set(to); },
        reach(low, high, by) {
            [min, max] = [low, high];
            Object.assign(range, { min: place(min), max: place(max), step: by });
            showRange();
        },
    };
}

// A number that is typed.
export function numberField({ label, value, oninput }) {
    const field = el("input", { type: "text", class: "number", autocomplete: "off", spellcheck: "false", size: 6, "aria-label": label });
    field.value = writeNumber(value);
    field.addEventListener("input", () => {
        const now = readNumber(field.value);
        field.setAttribute("aria-invalid", Number.isNaN(now));
        oninput(now);
    });
    return { element: field };
}

// A choice of a list: options are [value, text].
export function choice({ label, options, value, onchange }) {
    const id = newControlId();
    const list = el("select", { id, onchange: () => onchange(list.value) },
                    ...options.map(([one, text]) => el("option", { value: one }, text)));
    list.value = value ?? options[0][0];
    return {
        element: el("span", { class: "choice" }, el("label", { for: id }, label), list),
        get value() { return list.value; },
        set value(to) { list.value = to; },
    };
}

// A choice of a few, side by side.
export function segments({ label, options, value, onchange }) {
    const name = newControlId();
    const buttons = options.map(([one, text]) =>
        el("label", { class: "segment" },
           el("input", { type: "radio", name, value: one, onchange: () => onchange(one) }), el("span", {}, text)));
    const inputs = buttons.map((button) => button.firstChild);
    const set = (to) => inputs.forEach((input) => { input.checked = input.value === String(to); });
    set(value ?? options[0][0]);
    return {
        element: el("fieldset", { class: "segments" }, el("legend", {}, label), el("span", { class: "segment-row" }, ...buttons)),
        get value() { return inputs.find((input) => input.checked)?.value; },
        set value(to) { set(to); },
    };
}

// A line beside an input for what is wrong with it, in pmy's words. Of a text, the word that the error is about is
// shown and marked.
export function badInput() {
    const element = el("p", { class: "bad-input", role: "alert", hidden: true });
    return {
        element,
        clear() {
            if (element.hidden) return;
            element.hidden = true;
            element.replaceChildren();
        },
        say(error, text = null) {
            const parts = [error.message];
            if (text !== null && error.length) {
                const bytes = new TextEncoder().encode(text), words = new TextDecoder();
                const [from, to] = [error.place, error.place + error.length];
                parts.push(el("code", {}, words.decode(bytes.subarray(0, from)), el("mark", {}, words.decode(bytes.subarray(from, to))),
                              words.decode(bytes.subarray(to))));
            }
            element.hidden = false;
            element.replaceChildren(...parts);
        },
    };
}
