// Predict what softmax gives. Questions, reasons and what an answer is come from C (page/exercise.c).
import { el } from "./elements.js";
import { badInput } from "./controls.js";
import { showInSoftmax } from "./softmax.js";

const exerciseSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

export const exercise = {
    id: "exercise",
    title: "Exercise",
    mount(root, engine) {
        let seed = exerciseSeed(), round = 0, asked = null, judged = false, busy = false;
        const tally = new Map(); // from a kind of question to [right, asked]

        const kind = el("h2"), question = el("p", { class: "question" }), name = el("label", { for: "exercise-answer" });
        const field = el("input", { type: "text", id: "exercise-answer", class: "number", autocomplete: "off", spellcheck: "false",
                                    placeholder: "0.25 or 1/4" });
        const button = el("button", { type: "submit", class: "button main" }, "Check");
        const wrong = badInput(), seedWrong = badInput();
        const verdict = el("p", { class: "verdict", role: "status" }), reason = el("p"), slip = el("p", { class: "breaks" });
        const steps = el("ol", { class: "steps" });
        const outcome = el("div", { class: "outcome", hidden: true }, verdict, slip, reason,
                           el("p", { class: "quiet" }, "Step by step:"), steps,
                           el("p", {}, el("button", { type: "button", class: "button", onclick: () => showInSoftmax(asked) }, "Take it apart under Softmax")));
        const score = el("p", { class: "result", role: "status" }), kinds = el("ul", { class: "tally" });
        const seedField = el("input", { type: "text", id: "exercise-seed", class: "number", autocomplete: "off", inputmode: "numeric" });

        async function ask() {
            asked = await engine.call("exercise", round, seed);
            judged = false;
            wrong.clear();
            kind.textContent = `${round + 1}: ${asked.kind}`;
            question.textContent = asked.text;
            name.textContent = asked.name + " =";
            field.value = "";
            field.readOnly = false;
            field.setAttribute("aria-invalid", false);
            button.textContent = "Check";
            outcome.hidden = true;
        }

        async function judge() {
            let answer;
            try {
                answer = await engine.call("exercise_judge", round, seed, field.value);
            } catch (error) {
                wrong.say(error);
                field.setAttribute("aria-invalid", true);
                return field.select();
            }
            judged = true;
            wrong.clear();
            field.setAttribute("aria-invalid", false);
            field.readOnly = true;
            const one = tally.get(asked.kind) ?? [0, 0];
            tally.set(asked.kind, [one[0] + answer.right, one[1] + 1]);
            outcome.hidden = false;
            outcome.classList.toggle("is-right", Boolean(answer.right));
            verdict.textContent = `${answer.right ? "✓ Right" : "✗ No"}: ${asked.name} = ${answer.truth}`;
            reason.textContent = answer.reason;
            slip.textContent = answer.slip;
            steps.replaceChildren(...answer.steps.map((step, i) =>
                i === answer.slip_step ? el("li", { class: "is-slip" }, el("strong", {}, "Your answer leaves here. "), step)
                : el("li", {}, step)));
            button.textContent = "Next question";
            showScore();
            button.focus();
        }

        function showScore() {
            const sum = [...tally.values()].reduce(([right, all], one) => [right + one[0], all + one[1]], [0, 0]);
            score.textContent = `${sum[0]} of ${sum[1]} right`;
            kinds.replaceChildren(...[...tally].map(([of, [right, all]]) => el("li", {}, `${of}: ${right} of ${all}`)));
        }

        async function begin(newSeed) {
            try {
                await engine.call("exercise", 0, newSeed);
            } catch (error) {
                seedField.setAttribute("aria-invalid", true);
                return seedWrong.say(error); // and what was asked stays
            }
            [seed, round] = [newSeed, 0];
            seedWrong.clear();
            seedField.setAttribute("aria-invalid", false);
            seedField.value = String(seed);
            tally.clear();
            showScore();
            await ask();
        }

        const form = el("form", { class: "card", onsubmit: async (event) => {
            event.preventDefault();
            if (busy) return; // Enter twice is one answer
            busy = true;
            try {
                if (!judged) return await judge();
                round++;
                await ask();
                field.focus();
            } finally {
                busy = false;
            }
        } }, kind, question, el("div", { class: "toolbar answer" }, name, field, button), wrong.element, outcome);

        root.append(
            el("div", { class: "panel-with-origin" },
               el("div", { class: "panel-main" },
                  el("p", { class: "lead" }, "Say what softmax gives, in your head: p = softmax(z/T), and T = 1 unless said otherwise. Answers within 0.01 are right."),
                  form),
               el("aside", { class: "card score", "aria-label": "Score" }, score, kinds,
                  el("div", { class: "toolbar" }, el("label", { for: "exercise-seed" }, "Seed"), seedField,
                     el("button", { type: "button", class: "button", onclick: () => begin(exerciseSeed()) }, "New questions")),
                  el("p", { class: "quiet" }, "The same seed asks the same again, as softmax quiz --seed does."), seedWrong.element)));
        seedField.addEventListener("change", () => begin(/^\d+$/.test(seedField.value.trim()) ? Number(seedField.value) : NaN));
        return begin(seed);
    },
};
