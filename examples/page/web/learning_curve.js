// The loss of each step of a run, smoothed, and the tests on it.
import { el } from "./elements.js";
import { cssColour, onTheme } from "./pixels.js";

const CURVE_MARGIN = { left: 44, right: 76, top: 12, bottom: 26 };
const CURVE_FONT = "12px ui-monospace, Menlo, Consolas, monospace";

// Numbers 1, 2 and 5 times powers of ten, in a range.
function roundNumbers(low, high) {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
        for (const digit of [1, 2, 5]) {
            const number = Number(`${digit}e${power}`);
            if (number >= low && number <= high) found.push(number);
        }
    return found;
}

export function learningCurve({ label }) {
    const canvas = el("canvas", { class: "curve", role: "img", tabindex: 0, "aria-label": label });
    const reading = el("p", { class: "quiet reading", "aria-live": "polite" });
    const legend = el("p", { class: "quiet legend" }, el("span", { class: "of-step" }, "▪"), " loss of a step  ",
                      el("span", { class: "of-smooth" }, "—"), " smoothed  ", el("span", { class: "of-test" }, "◆"), " right on test pictures");
    const element = el("div", { class: "curve-box" }, canvas, legend, reading);
    const context = canvas.getContext("2d");
    let steps = 1, loss = [], smooth = [], tests = [], looked = null, due = false;

    function later() {
        if (due) return;
        due = true;
        requestAnimationFrame(() => { due = false; draw(); });
    }
    new ResizeObserver(later).observe(canvas);
    onTheme(later);

    function frame() {
        const box = { width: canvas.clientWidth, height: canvas.clientHeight }, scale = devicePixelRatio;
        if (canvas.width !== Math.round(box.width * scale) || canvas.height !== Math.round(box.height * scale)) {
            canvas.width = Math.round(box.width * scale);
            canvas.height = Math.round(box.height * scale);
        }
        context.setTransform(scale, 0, 0, scale, 0, 0);
        context.clearRect(0, 0, box.width, box.height);
        return box;
    }

    function range() {
        let low = Infinity, high = -Infinity;
        for (const one of loss) {
            if (one < low) low = one;
            if (one > high) high = one;
        }
        return loss.length ? [Math.max(low, 1e-6) / 1.2, Math.max(high, 2e-6) * 1.2] : [0.1, 3];
    }

    function draw() {
        const { width, height } = frame();
        if (width < 100) return; // not shown
        const right = width - CURVE_MARGIN.right, bottom = height - CURVE_MARGIN.bottom, [low, high] = range();
        const x = (step) => CURVE_MARGIN.left + (step / steps) * (right - CURVE_MARGIN.left);
        const y = (number) => bottom - (Math.log(number / low) / Math.log(high / low)) * (bottom - CURVE_MARGIN.top);
        const text = (words, at, line, align) => {
            context.textAlign = align;
            context.fillText(words, at, line);
        };
        context.font = CURVE_FONT;
        context.lineWidth = 1;
        context.fillStyle = cssColour("--quiet");
        context.strokeStyle = cssColour("--line");
        for (const number of roundNumbers(low, high)) {
            context.beginPath();
            context.moveTo(CURVE_MARGIN.left, y(number));
            context.lineTo(right, y(number));
            context.stroke();
            text(String(number), CURVE_MARGIN.left - 6, y(number) + 4, "right");
        }
        text("0", CURVE_MARGIN.left, bottom + 18, "center");
        text(`${steps.toLocaleString("en")} steps`, right, bottom + 18, "right");
        drawLosses(x, y);
        drawTests(x, bottom, text);
        if (looked !== null) {
            context.strokeStyle = cssColour("--quiet");
            context.beginPath();
            context.moveTo(x(looked + 1), CURVE_MARGIN.top);
            context.lineTo(x(looked + 1), bottom);
            context.stroke();
        }
    }

    // Steps that fall into the same column of pixels are one line from the least to the largest.
    function drawLosses(x, y) {
        context.strokeStyle = cssColour("--edge", 0.9);
        context.lineWidth = Math.min(Math.max((x(2) - x(1)) / 2, 1), 3);
        context.beginPath();
        for (let i = 0; i < loss.length;) {
            const column = Math.floor(x(i + 1));
            let least = loss[i], most = loss[i];
            for (; i < loss.length && Math.floor(x(i + 1)) === column; i++) {
                if (loss[i] < least) least = loss[i];
                if (loss[i] > most) most = loss[i];
            }
            context.moveTo(column + 0.5, y(Math.max(most, 1e-6)) - 1);
            context.lineTo(column + 0.5, y(Math.max(least, 1e-6)) + 1);
        }
        context.stroke();
        context.strokeStyle = cssColour("--accent");
        context.lineWidth = 2;
        context.beginPath();
        for (let i = 0; i < smooth.length; i++) context.lineTo(x(i + 1), y(Math.max(smooth[i], 1e-6)));
        context.stroke();
        context.lineWidth = 1;
    }

    // 100 % right is at the top, and the worst test half way down, or where 98 % would be.
    function drawTests(x, bottom, text) {
        if (!tests.length) return;
        const most = Math.max(...tests.map(({ accuracy }) => 1 - accuracy), 0.02);
        const place = (accuracy) => CURVE_MARGIN.top + 4 + ((1 - accuracy) / most) * (bottom - CURVE_MARGIN.top) * 0.5;
        context.strokeStyle = context.fillStyle = cssColour("--positive");
        context.setLineDash([4, 3]);
        context.beginPath();
        for (const { step, accuracy } of tests) context.lineTo(x(step), place(accuracy));
        context.stroke();
        context.setLineDash([]);
        for (const { step, accuracy } of tests) {
            context.save();
            context.translate(x(step), place(accuracy));
            context.rotate(Math.PI / 4);
            context.fillRect(-4, -4, 8, 8);
            context.restore();
        }
        const last = tests.at(-1), far = x(last.step) > x(steps) - 40;
        text(last.text, x(last.step) + (far ? 10 : 8), place(last.accuracy) + (far ? 4 : -8), "left");
    }

    function look(index) {
        looked = loss.length && index !== null ? Math.min(Math.max(index, 0), loss.length - 1) : null;
        reading.textContent = looked === null ? ""
            : `Step ${looked + 1}: loss ${loss[looked].toPrecision(4)}, smoothed ${smooth[looked].toPrecision(4)}`;
        later();
    }
    canvas.addEventListener("pointermove", (event) => {
        const width = canvas.clientWidth - CURVE_MARGIN.left - CURVE_MARGIN.right;
        look(Math.round(((event.offsetX - CURVE_MARGIN.left) / width) * steps) - 1);
    });
    canvas.addEventListener("pointerleave", () => look(null));
    canvas.addEventListener("blur", () => look(null));
    canvas.addEventListener("keydown", (event) => {
        const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: 50, PageDown: -50 }[event.key];
        if (!by) return;
        event.preventDefault();
        look((looked ?? loss.length - 1) + by);
    });

    return {
        element,
        begin(count) {
            [steps, loss, smooth, tests, looked] = [count, [], [], [], null];
            reading.textContent = "";
            later();
        },
        add(losses, smoothed) {
            if (!losses.length) return;
            for (let i = 0; i < losses.length; i++) {
                loss.push(losses[i]);
                smooth.push(smoothed[i]);
            }
            later();
        },
        test(step, accuracy, text) {
            tests.push({ step, accuracy, text });
            later();
        },
    };
}
