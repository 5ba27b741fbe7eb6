// One stop of the Tab key for many things: inside, the arrow keys go to the nearest in their direction.

const ROVE_WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const roveStops = new WeakMap(); // from a container to what in it the Tab key comes to

const roveShown = (container) => [...container.querySelectorAll("[data-rove]")].filter((one) => one.getClientRects().length);

function centreOf(element) {
    const box = element.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}

function nearestOf(from, others, way) {
    const [x, y] = centreOf(from);
    let best = null, least = Infinity;
    for (const other of others) {
        const [ox, oy] = centreOf(other), along = (ox - x) * way[0] + (oy - y) * way[1];
        const across = Math.abs((ox - x) * way[1]) + Math.abs((oy - y) * way[0]);
        const distance = along + 4 * across;
        if (along > 2 && distance < least) [best, least] = [other, distance];
    }
    return best;
}

function roveStopAt(container, element) {
    const before = roveStops.get(container);
    if (before && before !== element) before.tabIndex = -1;
    if (element) element.tabIndex = 0;
    roveStops.set(container, element);
}

// Elements with data-rove in the container; to be called again where the one that could be reached may have gone.
export function rove(container) {
    if (!roveStops.has(container)) {
        container.addEventListener("focusin", ({ target }) => {
            if ("rove" in target.dataset) roveStopAt(container, target);
        });
        container.addEventListener("keydown", (event) => {
            if (!("rove" in event.target.dataset) || event.altKey || event.ctrlKey || event.metaKey) return;
            const others = roveShown(container);
            const next = event.key === "Home" ? others[0] : event.key === "End" ? others.at(-1)
                : ROVE_WAYS[event.key] ? nearestOf(event.target, others, ROVE_WAYS[event.key]) : null;
            if (!next) return;
            event.preventDefault();
            next.focus();
        });
    }
    const stop = roveStops.get(container);
    if (!stop || !container.contains(stop) || stop.hidden) roveStopAt(container, container.querySelector("[data-rove]:not([hidden])"));
}
