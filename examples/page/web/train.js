// Training on MNIST in the page, by pmy's own loop: its slices are heard here, and what is typed is heard between them.
import { el, headings } from "./elements.js";
import { badInput, choice, slider } from "./controls.js";
import { digitLook } from "./digit_look.js";
import { FigureGroup } from "./figures.js";
import { heatMap } from "./heatmap.js";
import { learningCurve } from "./learning_curve.js";
import { inkPaint, onTheme, pixelCanvas, signPaint } from "./pixels.js";

const PICTURE_PARTS = [["test_labels", "test-labels"], ["test_images", "test-images"], ["train_labels", "train-labels"], ["train_images", "train-images"]];
const LOOKS_A_SECOND = 4; // at what is drawn and at the filters, while it trains

// A text of a few digits, for C to read.
function textField({ label, size, oninput }) {
    const id = "train-" + label.replace(/\W/g, "-");
    const field = el("input", { type: "text", id, size, autocomplete: "off", spellcheck: "false", class: "number", oninput });
    return { element: el("span", { class: "field" }, el("label", { for: id }, label), field), field };
}

const runButton = (text, onclick, main = false) =>
    el("button", { type: "button", class: main ? "button main" : "button", disabled: true, onclick }, text);

export const train = {
    id: "train",
    title: "Train",
    async mount(root, engine) {
        const group = new FigureGroup(engine, "train_origin");
        const wrong = badInput(), curve = learningCurve({ label: "The loss of each step, smoothed, and accuracy on test pictures" });
        let presets = null, state = "loading", changed = false, lookedAt = 0;

        // ---- What is set
        const recipe = el("p", { class: "quiet" });
        const net = el("textarea", { id: "train-net", rows: 2, spellcheck: "false", autocomplete: "off", class: "mono",
                                     oninput: change, onscroll: () => { under.scrollTop = net.scrollTop; } });
        const under = el("div", { class: "net-under mono", "aria-hidden": "true" });
        const batch = textField({ label: "batch", size: 5, oninput: change });
        const pictures = textField({ label: "pictures", size: 6, oninput: change });
        const epochs = textField({ label: "epochs", size: 4, oninput: change });
        const seed = textField({ label: "seed", size: 4, oninput: change });
        const rate = slider({ label: "highest learning rate", min: 0.0001, max: 1, log: true, value: 0.02, oninput: changeRate });
        const fields = { net, batch: batch.field, pictures: pictures.field, epochs: epochs.field, seed: seed.field, lr: rate.field };

        // ---- What is done
        const go = runButton("Train", () => (state === "running" ? halt() : start(Infinity)), true);
        const step = runButton("One step", () => start(1));
        const test = runButton("Test now", askForTest);
        const stop = runButton("Stop", stopRun);
        const reset = runButton("Reset", () => { halt(); begin(); });

        // ---- What comes of it
        const progress = el("progress", { max: 1, value: 0, "aria-label": "Steps done" });
        const said = el("p", { class: "said" }, "Unpacking the pictures …");
        const facts = el("p", { class: "quiet" });
        const layers = el("tbody");
        const live = Object.fromEntries(["loss", "rate", "speed", "time"].map((name) => [name, el("dd", {}, "–")]));
        const accuracy = el("dd", { class: "accuracy" }, "–"), tested = el("p", { class: "quiet", "aria-live": "polite" });
        const filters = el("div", { class: "filters" }), filterNote = el("p", { class: "quiet" });
        const confusion = heatMap(group, { label: "What is taken for what", key: (i, j) => `confusion.${10 * i + j}`,
                                           rowName: (i) => String(i), columnName: (j) => String(j) });
        const counts = el("div", { class: "counts", hidden: true }, confusion.element);
        const mistakes = el("div", { class: "mistakes" }), mistakeNote = el("p", { class: "quiet" }, "After the first test.");
        const digit = digitLook(engine, group, { onerror: fail });

        function setState(to) {
            state = to;
            const ready = to !== "loading", ended = to === "ended" || to === "broken";
            go.textContent = to === "running" ? "Pause" : to === "paused" ? "Go on" : ended ? "Train again" : "Train";
            go.disabled = reset.disabled = !ready;
            step.disabled = !ready || to === "running" || ended;
            test.disabled = !ready;
            stop.disabled = to !== "running" && to !== "paused";
        }

        function fail(error) {
            const text = error.field === "net" ? net.value : null;
            for (const [name, field] of Object.entries(fields)) field.setAttribute("aria-invalid", name === error.field);
            wrong.say(error, text);
            under.replaceChildren();
            if (error.field === "net" && error.length) mark(error);
        }

        // Underlines the word that an error is about, which is counted in bytes, below the text that is typed.
        function mark({ place, length }) {
            const bytes = new TextEncoder().encode(net.value), words = new TextDecoder();
            under.replaceChildren(words.decode(bytes.subarray(0, place)),
                                  el("mark", {}, words.decode(bytes.subarray(place, place + length))));
            under.scrollTop = net.scrollTop;
        }

        function clearWrong() {
            wrong.clear();
            under.replaceChildren();
            Object.values(fields).forEach((field) => field.setAttribute("aria-invalid", "false"));
        }

        // What is typed counts from the next beginning on; where nothing has been learned yet, that is now.
        function change() {
            if (state === "loading") return;
            if (state === "ready") {
                begin();
            } else {
                changed = true;
                engine.latest("train_check", ...typed()).then((answer) => answer && clearWrong(), fail);
                said.textContent = state === "ended" ? "What you changed counts when you train again." : "What you changed counts after Reset.";
            }
        }

        async function changeRate() {
            if (state === "loading") return;
            try {
                const answer = await engine.latest("train_rate", rate.field.value);
                if (answer) clearWrong();
            } catch (error) {
                fail(error);
            }
        }

        function usePreset(name) {
            const i = presets.name.indexOf(name);
            net.value = presets.net[i];
            rate.value = Number(presets.lr[i]);
            batch.field.value = presets.batch[i];
            epochs.field.value = presets.epochs[i];
            recipe.textContent = `${presets.recipe[i]}. The rate may be changed while it trains: the schedule’s course is scaled.`;
            change();
        }

        const typed = () => [preset.value, net.value, rate.field.value, batch.field.value, pictures.field.value, epochs.field.value, seed.field.value];

        // ---- The run
        let beginning = 0;
        async function begin() {
            const own = ++beginning;
            changed = false;
            try {
                const answer = await engine.latest("train_begin", ...typed());
                if (!answer || own !== beginning) return answer;
                clearWrong();
                showNet(answer);
                setState("ready");
                digit.look();
                showFilters();
                return answer;
            } catch (error) {
                if (own !== beginning) return null;
                changed = true;
                fail(error);
                return null;
            }
        }

        function showNet(answer) {
            curve.begin(answer.steps);
            facts.textContent = answer.said;
            layers.replaceChildren(...answer.layer.map((layer, i) =>
                el("tr", {}, el("th", { scope: "row" }, layer), el("td", {}, answer.output[i]), el("td", {}, answer.parameters[i]))));
            progress.value = 0;
            Object.values(live).forEach((place) => { place.textContent = "–"; });
            accuracy.textContent = "–";
            tested.textContent = "";
            said.textContent = "Not trained yet";
            counts.hidden = true;
            mistakes.replaceChildren();
            mistakeNote.textContent = "After the first test.";
        }

        async function start(steps) {
            if (steps > 0 && ((changed && state === "ready") || state === "ended" || state === "broken"))
                if (!(await begin())) return;
            clearWrong();
            setState("running");
            const own = beginning;
            await engine.run("train_go", [steps], (answer, error) => own === beginning && heard(answer, error)).catch(broken);
        }

        async function halt() {
            await engine.halt();
            if (state === "running") setState("paused");
        }

        async function askForTest() {
            await engine.call("train_test").catch(fail);
            if (state !== "running") start(0);
        }

        async function stopRun() {
            await engine.halt();
            await engine.call("train_stop").catch(fail);
            start(0);
        }

        function broken(error) {
            setState("broken");
            fail(error);
        }

        const say = (place, text) => { if (text && place.textContent !== text) place.textContent = text; };

        function heard(answer, error) {
            if (error) return broken(error);
            curve.add(answer.loss, answer.smooth);
            progress.value = answer.step / answer.steps;
            if (!changed) say(said, answer.said);
            say(live.loss, answer.loss_text);
            say(live.rate, answer.rate_text);
            say(live.speed, answer.speed_text);
            say(live.time, answer.time_text);
            if (answer.accuracy !== undefined) showTest(answer);
            if (answer.done) setState(answer.ended ? "ended" : answer.step ? "paused" : "ready");
            const now = performance.now();
            if (!answer.done && now - lookedAt < 1000 / LOOKS_A_SECOND) return;
            lookedAt = now;
            digit.look();
            showFilters();
        }

        async function showTest(answer) {
            accuracy.textContent = answer.accuracy_text;
            tested.textContent = answer.tested_said;
            curve.test(answer.step, answer.accuracy, answer.accuracy_text);
            const found = await engine.latest("train_tested").catch(() => null);
            if (!found) return;
            counts.hidden = false;
            const most = found.confusion.reduce((largest, count, i) => (i % 11 ? Math.max(largest, count) : largest), 1);
            confusion.show(10, 10, found.confusion.map((count, i) => (i % 11 ? count : 0)), most);
            group.show(found);
            showMistakes(found);
        }

        // ---- Filters and mistakes
        let drawn = [];
        async function showFilters() {
            const answer = await engine.latest("train_filters").catch(() => null);
            if (!answer) return;
            const size = answer.height * answer.width, count = answer.about.length;
            if (drawn.length !== count || drawn[0]?.size !== size) {
                drawn = Array.from({ length: count }, () => ({ ...pixelCanvas(answer.width, answer.height, { role: "img" }), size }));
                filters.replaceChildren(...drawn.map(({ element }) => element));
            }
            drawn.forEach((one, i) => {
                const weights = answer.weights.subarray(i * size, (i + 1) * size);
                one.draw(signPaint(weights, weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)));
                one.element.title = answer.about[i];
                one.element.setAttribute("aria-label", `filter ${i}: ${answer.about[i]}`);
            });
            filterNote.textContent = !answer.count ? "The first layer of this net does not look at pictures."
                : count < answer.count ? `The ${count} largest of ${answer.count}, each by its own largest weight.` : "Each by its own largest weight.";
        }

        function showMistakes(found) {
            const pixels = 28 * 28;
            mistakes.replaceChildren(...found.mistake_text.map((text, i) => {
                const one = pixelCanvas(28, 28, { "aria-hidden": "true" });
                one.draw(inkPaint(found.mistake_pixels.subarray(i * pixels, (i + 1) * pixels)));
                return el("button", { type: "button", class: "mistake", title: found.mistake_said[i], "aria-label": found.mistake_said[i],
                                      onclick: () => digit.showPicture(found.mistake[i]) }, one.element, el("span", {}, text));
            }));
            mistakeNote.textContent = found.wrong ? "The surest first. Choose one, and see above which pixels mislead." : "None.";
        }
        onTheme(() => {
            drawn = [];
            showFilters();
        });

        // ---- The page
        const inside = el("span", {}, "All of its pictures are inside this page."), choiceBox = el("span");
        const item = (name, place) => el("div", {}, el("dt", {}, name), place);
        let preset = { value: "fast" };
        root.append(
            el("div", { class: "panel-with-origin" },
               el("div", { class: "panel-main" },
                  el("p", { class: "lead" }, "Train a net on MNIST, here, with the loop that trains it natively. ", inside),
                  el("section", { class: "card" },
                     el("h2", {}, "The net, and how it learns"),
                     el("div", { class: "toolbar" }, choiceBox, rate.element, batch.element, pictures.element, epochs.element, seed.element),
                     el("label", { for: "train-net", class: "net-label" }, "layers"), el("div", { class: "net-box" }, under, net), wrong.element, recipe,
                     el("div", { class: "toolbar" }, go, step, test, stop, reset, progress),
                     said,
                     el("details", {}, el("summary", {}, facts),
                        el("div", { class: "scroll" },
                           el("table", { class: "numbers layers" },
                              el("thead", {}, headings("layer", "output", "parameters")), layers)))),
                  el("section", { class: "card" },
                     el("h2", {}, "Loss of each step, and tests"),
                     el("dl", { class: "live" }, item("right on test pictures", accuracy), item("loss, smoothed", live.loss),
                        item("learning rate now", live.rate), item("pictures a second", live.speed), item("time", live.time)),
                     curve.element, tested),
                  digit.element,
                  el("div", { class: "side-by-side" },
                     el("section", { class: "card" }, el("h2", {}, "Filters of the first layer"), filters, filterNote),
                     el("section", { class: "card" }, el("h2", {}, "What is taken for what"),
                        el("p", { class: "quiet" }, "A row for each digit, a column for each answer; right ones without colour."), counts)),
                  el("section", { class: "card" }, el("h2", {}, "Mistakes"), mistakes, mistakeNote)),
               group.box));

        try {
            presets = await engine.call("train_presets");
            preset = choice({ label: "preset", options: presets.name.map((name) => [name, name]), value: "fast", onchange: usePreset });
            choiceBox.replaceWith(preset.element);
            const there = {};
            for (const [part, id] of PICTURE_PARTS) there[part] = (await engine.load("pictures_" + part, id)).count;
            pictures.field.value = there.train_images;
            digit.pictures = there.test_images;
            const [learned, tests] = [there.train_images, there.test_images].map((count) => count.toLocaleString("en"));
            inside.textContent = `All ${learned} training and ${tests} test pictures are inside this page.`;
            seed.field.value = 1;
            state = "ready";
            usePreset(preset.value);
        } catch (error) {
            said.textContent = error.message;
        }
    },
};
