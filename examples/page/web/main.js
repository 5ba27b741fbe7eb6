// The panels as tabs; the address's hash says which is shown. A panel is made when it is first shown.
import { Engine } from "./engine.js";
import { el } from "./elements.js";
import { attention } from "./attention.js";
import { check } from "./check.js";
import { exercise } from "./exercise.js";
import { languagePanel } from "./language.js";
import { softmax } from "./softmax.js";
import { train } from "./train.js";

const panels = [softmax, attention, exercise, train, check, languagePanel];
const made = new Set();
const tabs = document.getElementById("tabs"), room = document.getElementById("panels");

function show(panel) {
    for (const other of panels) {
        const tab = document.getElementById("tab-" + other.id), here = other === panel;
        tab.setAttribute("aria-selected", here);
        tab.tabIndex = here ? 0 : -1;
        document.getElementById("panel-" + other.id).hidden = !here;
    }
    if (!made.has(panel)) {
        made.add(panel);
        make(panel, document.getElementById("panel-" + panel.id));
    }
}

async function make(panel, root) {
    try {
        await panel.mount(root, new Engine());
    } catch (error) {
        root.append(el("p", { class: "bad-input", role: "alert" }, error.message));
    }
}

for (const panel of panels) {
    tabs.append(el("button", { id: "tab-" + panel.id, role: "tab", type: "button",
                               "aria-controls": "panel-" + panel.id,
                               onclick: () => { location.hash = panel.id; } }, panel.title));
    room.append(el("section", { id: "panel-" + panel.id, role: "tabpanel", hidden: true,
                                "aria-labelledby": "tab-" + panel.id }));
}
tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = panels.findIndex((panel) => document.activeElement.id === "tab-" + panel.id);
    const next = panels[(at + step + panels.length) % panels.length];
    location.hash = next.id;
    document.getElementById("tab-" + next.id).focus();
});
const showHash = () => show(panels.find((panel) => "#" + panel.id === location.hash) ?? panels[0]);
addEventListener("hashchange", showHash);
showHash();
