"""Drives the page in Chromium, as a person does: python3 tests/page.py build/page/index.html

Writes a line `ok ...` or `not ok ...` for each case. PICTURES=DIR keeps pictures of what was seen there."""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
import traceback

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

# A machine may be busy: how long anything may take to be seen.
PATIENCE = 60


class Page:
    """One panel of the page, open in a window of that width."""

    def __init__(self, path, panel="", width=1400, dark=False):
        options = Options()
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", f"--window-size={max(width, 500)},1000"):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.binary_location = shutil.which("chromium")
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_script_timeout(PATIENCE)
        if width < 500:  # narrower than a window can be
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True})
        if dark:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                        {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.driver.get("file://" + os.path.abspath(path) + "#" + panel)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        try:
            if not error[0]:
                self.is_quiet()
        finally:
            self.driver.quit()

    def run(self, script, *values):
        return self.driver.execute_script(script, *values)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        self.until(lambda: self.all(selector), "there is a " + selector)
        return self.all(selector)[0]

    def text(self, selector):
        return self.one(selector).text

    def click(self, selector):
        element = self.one(selector)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def click_on(self, selector, text):
        """Clicks the element that has this text."""
        self.until(lambda: [e for e in self.all(selector) if e.text.strip() == text], f"{selector} says {text}")
        element = [e for e in self.all(selector) if e.text.strip() == text][0]
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def type(self, selector, text):
        field = self.one(selector)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def until(self, true, what):
        end = time.time() + PATIENCE
        while not true():
            if time.time() > end:
                raise AssertionError("not seen: " + what)
            time.sleep(0.05)

    def says(self, selector, text):
        self.until(lambda: any(text in e.text for e in self.all(selector)), f"{selector} says {text}")

    def fits(self):
        """Is nothing wider than the window?"""
        wide, window = self.run("return [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window, f"{wide} pixels wide in a window of {window}"

    def picture(self, name):
        folder = os.environ.get("PICTURES")
        if not folder:
            return
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        with open(os.path.join(folder, name + ".png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def is_quiet(self):
        """Was nothing said on the console, and nothing asked of a network?"""
        said = [entry["message"] for entry in self.driver.get_log("browser")]
        assert not said, f"on the console: {said}"
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                assert address.split(":")[0] in ("file", "blob", "data"), "asked for " + address


# --- The cases, each a function of the page's path ----------------------------


def it_is_small(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    data = 0
    for name in DATA:
        begin = text.index(f'id="{name}">')
        data += len(text[begin:text.index("</script>", begin)].encode())
    whole = len(text.encode())
    print(f"# {whole} bytes in all, {whole - data} of them neither data nor the language model")
    assert whole <= 16_000_000 and whole - data <= 1_000_000


RUN_PROGRAM = """
    const [code, done] = arguments;
    let memory, said = "";
    const system = {
        fd_write(file, pieces, count, written) {
            const view = new DataView(memory.buffer);
            let size = 0;
            for (let i = 0; i < count; i++) {
                const place = view.getUint32(pieces + 8 * i, true), length = view.getUint32(pieces + 8 * i + 4, true);
                said += new TextDecoder().decode(new Uint8Array(memory.buffer, place, length));
                size += length;
            }
            view.setUint32(written, size, true);
            return 0;
        },
        clock_time_get(clock, precision, place) {
            new DataView(memory.buffer).setBigUint64(place, 0n, true);
            return 0;
        },
        proc_exit(status) { throw new Error("ended with " + status); },
    };
    const imports = { wasi_snapshot_preview1: new Proxy(system, { get: (known, name) => known[name] ?? (() => 52) }) };
    WebAssembly.instantiate(Uint8Array.from(atob(code), (c) => c.charCodeAt(0)), imports).then(({ instance }) => {
        memory = instance.exports.memory;
        try { instance.exports._start(); } catch (error) { if (error.message !== "ended with 0") said += error; }
        done(said);
    });"""


def losses_are_the_native_ones(path):
    """The first 100 of each net, to the last bit, of LOSSES.wasm here and of the program LOSSES."""
    with open(os.environ["LOSSES_WASM"], "rb") as file:
        code = base64.b64encode(file.read()).decode()
    native = subprocess.run([os.environ["LOSSES"]], capture_output=True, text=True, check=True).stdout
    with Page(path) as page:
        here = page.driver.execute_async_script(RUN_PROGRAM, code)
    assert native.count("\n") == 300, native
    for one, other in zip(here.splitlines(), native.splitlines()):
        assert one == other, f"{one} here, {other} natively"
    assert here == native


def first_numbers_are_there_at_once(path):
    with Page(path, "softmax") as page:
        page.until(lambda: page.all("#panel-softmax .figure"), "a figure")
        opened = page.run("return performance.timing.domInteractive - performance.timing.navigationStart")
        print(f"# the document was read within {opened} ms")


def tabs_by_keyboard(path):
    with Page(path) as page:
        first = page.one("[role=tab]")
        names = [tab.get_attribute("id") for tab in page.all("[role=tab]")]
        first.send_keys(Keys.ARROW_RIGHT)
        page.until(lambda: page.run("return document.activeElement.id") == names[1], "the second tab has the focus")
        page.until(lambda: page.one("#" + names[1]).get_attribute("aria-selected") == "true", "it is selected")


def bugs_are_planted_and_caught(path):
    with Page(path, "check") as page:
        page.says("#panel-check [role=status]", "All 5 gradients pass.")
        page.click_on(".check-bugs label span:nth-child(2)", "a forgotten broadcast")
        page.says("#panel-check [role=status]", "1 of 5 gradients do not pass.")
        page.says(".check-sentences li", "b1 — WRONG")
        assert page.run("return document.querySelector('.check-picture').shadowRoot.querySelector('svg') !== null")
        page.keys(Keys.ARROW_DOWN)  # the list is one of radio buttons
        page.says(".wrong-line", "j - 1")
        page.picture("check-bug")


def a_net_is_checked(path):
    with Page(path, "check") as page:
        page.click_on(".segment span", "a net of your own")
        page.type("#check-net", "linear 6, tahn, linear 3" + Keys.ENTER)
        page.says("#panel-check [role=alert]", "did you mean 'tanh'?")
        assert page.text("#panel-check mark") == "tahn"
        page.type("#check-net", "linear 6, tanh, linear 3" + Keys.ENTER)
        page.says("#panel-check [role=status]", "All 5 gradients pass.")
        page.type("#check-net", "linear 1000000000, linear 3" + Keys.ENTER)
        page.until(lambda: page.text("#panel-check [role=alert]"), "a word on a net that is too large")
        page.click_on(".example", "linear 16, gelu, linear 4")
        page.says("#panel-check [role=status]", "All 5 gradients pass.")


def attention_is_in_your_hands(path):
    cells = "#panel-attention .heat[aria-label='{}'] .cell"
    with Page(path, "attention") as page:
        page.until(lambda: page.all(cells.format("P = softmax(Z)")), "P")
        first = lambda name: page.one(cells.format(name)).text
        before, share = first("Q"), first("P = softmax(Z)")
        tip = page.one(".handle.q")
        page.run("arguments[0].scrollIntoView({block: 'center'})", tip)
        ActionChains(page.driver).drag_and_drop_by_offset(tip, 40, -30).perform()
        page.until(lambda: first("Q") != before and first("P = softmax(Z)") != share, "Q and P move")
        page.run("arguments[0].focus()", tip)
        before = float(first("Q"))
        page.keys(Keys.ARROW_RIGHT)
        page.until(lambda: abs(float(first("Q")) - before - 0.1) < 1e-9, "a step to the right")
        page.run("arguments[0].focus()", page.one(cells.format("Q")))
        page.keys("-0.25", Keys.ENTER)
        page.until(lambda: first("Q") == "-0.25", "what was typed")
        page.says("#panel-attention .origin", "Q[0][0] = -0.25, which you hold")
        page.keys(Keys.ENTER, "abc")
        page.says("#panel-attention [role=alert]", "q[0][0] is nan")
        page.keys(Keys.ESCAPE)
        page.until(lambda: not page.one("#panel-attention [role=alert]").is_displayed(), "all is well again")
        page.click("#panel-attention input[type=checkbox]")
        page.until(lambda: first("P = softmax(Z)") == "1", "the first token sees itself alone")
        page.run("document.querySelectorAll(arguments[0])[1].focus()", cells.format("P = softmax(Z)"))
        page.says("#panel-attention .origin", "Token 0 does not see token 1")
        page.one("#panel-attention option[value='8']").click()
        page.until(lambda: len(page.all(cells.format("Q"))) == 32, "four vectors of eight numbers")
        page.fits()
        page.picture("attention")


def a_model_goes_on_with_a_text(path):
    with Page(path, "language") as page:
        page.says("#panel-language", "each carried in 16 bits")
        page.type("#language-text", "In the begin")
        page.until(lambda: page.all(".next .token")[0].text == "n", "begin is gone on with by n")
        text = lambda: page.run("return document.getElementById('language-text').value")
        page.click(".next .token")
        page.until(lambda: text() == "In the beginn", "the token is taken")
        page.click_on("#panel-language button", "Draw one token")
        page.until(lambda: len(text()) == 14, "a token is drawn")
        page.click_on("#panel-language button", "Write on")
        page.until(lambda: len(text()) == 314, "it has written")
        page.until(lambda: page.text("#panel-language .button.main") == "Write on", "it has ended")
        written = text()
        page.one("#language-text").send_keys("\u00e4")
        page.says("#panel-language [role=alert]", "'\u00e4' is not among the 73 characters known")
        page.one("#language-text").send_keys(Keys.BACKSPACE)
        page.until(lambda: not page.one("#panel-language [role=alert]").is_displayed(), "it goes on")
        assert text() == written
        page.run("document.querySelectorAll('.head')[4].focus()")
        page.says(".looks", "layer 2, head 2:")
        page.run("document.querySelector('.next .figure').focus()")
        page.says("#panel-language .origin", "its logit")
        page.picture("language")


def a_net_is_trained(path):
    button = lambda text: ("#panel-train button", text)
    with Page(path, "train") as page:
        page.says("#panel-train .said", "Not trained yet")
        page.type("#train-net", "linear 8, relo, linear 10")
        page.says("#panel-train [role=alert]", "did you mean 'relu'?")
        assert page.run("return document.querySelector('.net-under mark').textContent") == "relo"
        for nonsense in ("0", "70000", "many"):
            page.type("#train-pictures", nonsense)
            page.until(lambda: page.one("#train-pictures").get_attribute("aria-invalid") == "true"
                       or page.one("#train-net").get_attribute("aria-invalid") == "true", "a field is wrong")
        page.type("#train-net", "linear 8, relu, linear 10")
        page.says("#panel-train [role=alert]", "there are 1 to 60,000 pictures to train on, not 'many'")
        page.type("#train-pictures", "1000")
        page.type("#train-epochs", "2")
        page.until(lambda: not page.one("#panel-train [role=alert]").is_displayed(), "all is well")
        page.click_on(*button("One step"))
        page.says("#panel-train .said", "Epoch 1 of 2")
        page.click_on(*button("Go on"))
        page.says("#panel-train .said", "Done after step")
        page.says("#panel-train .accuracy", "%")
        page.click("#panel-train .mistake")
        page.says("#panel-train .answers .result", "The model takes it for")
        page.run("document.querySelector('.classes .figure').focus()")
        page.says("#panel-train .origin", "Logit of class 0")
        page.click_on(*button("Clear"))
        page.says("#panel-train .note", "Nothing is drawn")
        pad = page.one(".pad")
        page.run("arguments[0].scrollIntoView({block: 'center'})", pad)
        ActionChains(page.driver).drag_and_drop_by_offset(pad, 0, 60).perform()
        page.says("#panel-train .note", "Fitted into 20×20")
        page.picture("train")


def what_is_broken_off_is_answered(path):
    """Nothing that was asked waits for ever, and what is asked next is computed."""
    with Page(path, "check") as page:
        page.click_on(".segment span", "a net of your own")
        for _ in range(3):
            page.type("#check-net", "conv 16 3, relu, conv 16 3, relu, linear 10" + Keys.ENTER)
            page.click_on("#panel-check button", "Stop")
            page.says("#panel-check [role=status]", "Stopped.")
        page.click_on(".example", "linear 16, gelu, linear 4")
        page.says("#panel-check [role=status]", "All 5 gradients pass.")


BREAK_DOWN = """
    const [done] = arguments, text = (id) => document.getElementById(id).textContent;
    const worker = new Worker(URL.createObjectURL(new Blob([text("worker.js")], { type: "text/javascript" })));
    const tell = (id, message) => worker.postMessage({ id, ...message });
    const heard = [];
    worker.onmessage = ({ data }) => { if (heard.push(data.broken ?? "") === 6) done(heard); };
    tell(1, { what: "begin", text: text("module") });
    for (const id of [2, 3]) tell(id, { what: "load", name: "pictures_test_labels", text: text("test-labels") });
    tell(4, { what: "load", name: "pictures_test_images", text: text("test-images") });
    tell(5, { what: "load", name: "pictures_test_labels", text: text("test-labels") }); // which an assertion forbids
    tell(6, { what: "call", name: "check_verdicts", values: [] });"""


def what_broke_down_is_not_used_again(path):
    with Page(path) as page:
        heard = page.driver.execute_async_script(BREAK_DOWN)
        assert heard[:4] == [""] * 4, heard
        assert all("pmy broke down" in one for one in heard[4:]), heard
        assert "assertion" in page.driver.get_log("browser")[0]["message"].lower()


def nonsense_is_refused_in_words(path):
    """Beside where it was typed; and the page goes on."""
    with Page(path, "language") as page:
        page.says("#panel-language", "each carried in 16 bits")
        for label in ("top-k", "seed"):
            field = f"#panel-language [aria-label='{label}']"
            for nonsense in ("-1", "1.5", "1e30", "x"):
                page.type(field, nonsense)
                page.says("#panel-language [role=alert]", label)
            page.type(field, "1")
            page.until(lambda: not page.one("#panel-language [role=alert]").is_displayed(), "all is well")
    with Page(path, "attention") as page:
        page.until(lambda: page.all("#panel-attention .cell"), "cells")
        for nonsense in ("0", "-1", "inf", "x"):
            page.type("#panel-attention .slider .number", nonsense)
            page.says("#panel-attention [role=alert]", "temperature")
        page.type("#panel-attention .slider .number", "2")
        page.until(lambda: not page.one("#panel-attention [role=alert]").is_displayed(), "all is well")
    with Page(path, "exercise") as page:
        page.says(".question", "What is p[")
        page.type("#exercise-answer", "1")
        page.run("const form = document.querySelector('#panel-exercise form'); form.requestSubmit(); form.requestSubmit();")
        page.says("#panel-exercise .verdict", "p[")
        time.sleep(1)
        assert "of 1 right" in page.text(".score"), page.text(".score")


def a_logit_is_dragged(path):
    with Page(path, "softmax") as page:
        page.says(".result", "0.41703")
        page.click('.forward [aria-label="p[0] = 0.659001"]')
        page.says(".origin", "= 1 / 1.51745")
        page.says(".origin", "goes into")
        assert page.all(".is-of") and page.all(".cell.is-into")
        slider = page.one(".forward input[type=range]")
        ActionChains(page.driver).drag_and_drop_by_offset(slider, -20, 0).perform()
        page.until(lambda: "0.41703" not in page.text(".result"), "another loss")
        page.until(lambda: "1 / 1.51745" not in page.text(".origin"), "another origin of p[0]")
        page.click(".forward [data-rove]")
        page.keys(Keys.ARROW_DOWN)
        page.says(".origin", "z[1], the logit of class 1, is given.")
        page.picture("softmax")


def what_breaks_is_said(path):
    with Page(path, "softmax") as page:
        page.click_on(".examples button", "0, 200")
        page.says(".breaks", "p[0] is below the smallest float and becomes 0")
        page.says(".breaks", "The naive log-sum-exp overflows here")
        page.click_on(".segment", "double")
        page.until(lambda: not any(e.text for e in page.all(".breaks")), "nothing that breaks")
        page.type(".forward .number", "x")
        page.says("#panel-softmax [role=alert]", "logit 0: must be a finite number or -inf")
        page.type(".forward .number", "-inf")
        page.says("#panel-softmax [role=alert]", "class 0 is masked by its logit of -inf and cannot be the target")
        page.type(".forward .number", "3")
        page.until(lambda: not page.one("#panel-softmax .bad-input").is_displayed(), "no error")


def an_exercise_by_keyboard(path):
    with Page(path, "exercise") as page:
        page.says(".question", "What is p[")
        page.type("#exercise-seed", "3" + Keys.TAB)
        page.says(".question", "(-7, -7, -7, -7, -7)")
        page.type("#exercise-answer", "a fifth" + Keys.ENTER)
        page.says("#panel-exercise [role=alert]", "a number, please")
        page.type("#exercise-answer", "1/5" + Keys.ENTER)
        page.says(".verdict", "Right: p[3] = 0.2")
        for answer in ("0.1", "0.8"):
            page.keys(Keys.ENTER)  # to the next question
            page.until(lambda: not page.all(".outcome:not([hidden])"), "a question")
            page.until(lambda: page.run("return document.activeElement.id") == "exercise-answer", "the answer has the focus")
            page.keys(answer, Keys.ENTER)
            page.says(".verdict", "No")
        page.says(".is-slip", "Your answer leaves here. z/T = (1.386, 0)/2")
        page.says(".score", "1 of 3 right")
        page.picture("exercise")
        page.click_on("#panel-exercise button", "Take it apart under Softmax")
        page.says("#panel-softmax .result", "0.405465")


def narrow_and_dark(path):
    for panel in PANELS:
        with Page(path, panel, width=360, dark=True) as page:
            page.until(lambda: page.all(f"#panel-{panel} *"), "the panel " + panel)
            time.sleep(1)
            page.fits()
            page.picture(panel + "-narrow-dark")


def every_control_has_a_name(path):
    script = """
        const named = (e) => (e.getAttribute('aria-label') || e.labels?.length && e.labels[0].textContent
            || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent || e.textContent || '').trim();
        return [...document.querySelectorAll('button, input, select, textarea, [role=button], [tabindex="0"]')]
            .filter((e) => e.checkVisibility() && !named(e)).map((e) => e.outerHTML.slice(0, 200));"""
    for panel in PANELS:
        with Page(path, panel) as page:
            page.until(lambda: page.all(f"#panel-{panel} *"), "the panel " + panel)
            time.sleep(1)
            nameless = page.run(script)
            assert not nameless, nameless


DATA = ["test-images", "test-labels", "train-images", "train-labels", "language-model"]
PANELS = ["softmax", "attention", "exercise", "train", "check", "language"]
CASES = [it_is_small, losses_are_the_native_ones, first_numbers_are_there_at_once, tabs_by_keyboard,
         bugs_are_planted_and_caught, a_net_is_checked, a_logit_is_dragged, what_breaks_is_said,
         an_exercise_by_keyboard, attention_is_in_your_hands, a_net_is_trained, a_model_goes_on_with_a_text,
         what_is_broken_off_is_answered, what_broke_down_is_not_used_again, nonsense_is_refused_in_words,
         narrow_and_dark, every_control_has_a_name]


def main():
    path, *wanted = sys.argv[1:]
    failed = False
    for case in CASES:
        if wanted and case.__name__ not in wanted:
            continue
        name = case.__name__.replace("_", " ")
        try:
            case(path)
            print("ok", name, flush=True)
        except Exception:  # each case is one by itself
            print("not ok", name, flush=True)
            for line in traceback.format_exc().splitlines():
                print("#", line)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
