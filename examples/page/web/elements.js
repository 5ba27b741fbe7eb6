// Making elements.

// An element with attributes and children (nodes or texts). Members that begin with "on" are listeners; true is an
// attribute without a value, false and null are none.
export function el(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

// The same for SVG.
export function svg(tag, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

// The row of headings above a table's columns; one without a text heads nothing.
export function headings(...texts) {
    return el("tr", {}, ...texts.map((text) => (text === "" ? el("td") : el("th", { scope: "col" }, text))));
}

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (value === true) element.setAttribute(name, "");
        else if (value !== false && value !== null) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
}
