"""Training, models and data."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from apart import in_a_child
from problems import blobs, pictures, plane

import pmy
from pmy.recipe import FIELDS

NET = "linear 16, relu, linear 3"


def test_learns_classes_of_floats():
    X, y = blobs()
    model = pmy.train(NET, X, y, epochs=10, batch=20, lr=0.05, validation=blobs(seed=1))
    score = model.evaluate(*blobs(seed=2))
    assert score.accuracy > 0.97 and score.interval[0] < score.accuracy and score.interval[1] > 0.99
    assert [epoch.epoch for epoch in model.history] == list(range(1, 11)) and not model.interrupted
    assert model.history[-1].validation.accuracy > 0.95 and model.history[-1].train_loss < model.history[0].train_loss
    assert (model.predict(X) == y).mean() > 0.95
    p = model.probabilities(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert (p.argmax(axis=1) == model.predict(X)).all() and model.classes == 3 and model.input == (8,)


def test_learns_bytes_as_shares_of_255():
    X, y = pictures()
    bytes_ = pmy.train("conv 4 3, relu, linear 2", X, y, epochs=3, batch=20, lr=0.05)
    floats = pmy.train("conv 4 3, relu, linear 2", X.astype(np.float32) / np.float32(255), y, epochs=3, batch=20,
                       lr=0.05)
    assert bytes_.evaluate(X, y).accuracy > 0.95
    for name, weight in bytes_.weights().items():
        assert (weight == floats.weights()[name]).all(), name


def test_learns_targets():
    X, y = plane()
    model = pmy.train("linear 16, tanh, linear 1", X, y, epochs=60, batch=20, lr=0.01, label_smoothing=0)
    fit = model.fit(*plane(seed=1))
    assert fit.r_squared > 0.98 and fit.rmse < 1 and model.classes == 0
    prediction = model.predict(X)
    assert prediction.shape == y.shape and prediction.dtype == np.float32
    assert np.sqrt(((prediction - y) ** 2).mean()) == pytest.approx(model.fit(X, y).rmse, rel=1e-4)
    with pytest.raises(pmy.BadArgument):
        model.evaluate(X, y.astype(int))
    with pytest.raises(pmy.BadArgument):
        model.probabilities(X)


def test_numbers_differing_in_the_fifth_digit_are_kept():
    X, y = blobs()
    model = pmy.train(NET, X, y, epochs=1)
    assert (model.outputs(X) != model.outputs(X * np.float32(1.00001))).any()


def test_bits_do_not_depend_on_threads_or_layout():
    X, y = blobs()
    wanted = pmy.train(NET, X, y, epochs=2, threads=1).outputs(X)
    for threads in (2, 3):
        assert (pmy.train(NET, X, y, epochs=2, threads=threads).outputs(X) == wanted).all()
    assert (pmy.train(NET, np.asfortranarray(X), y.astype(np.uint8), epochs=2).outputs(X) == wanted).all()
    frozen = X.copy()
    frozen.flags.writeable = False
    assert (pmy.train(NET, frozen, list(y), epochs=2).outputs(X.astype(np.float64)) == wanted).all()
    assert (pmy.train(NET, X, y, epochs=2, seed=7).outputs(X) != wanted).any()


def test_arrays_of_cs_layout_are_not_copied():
    from pmy.examples import Examples

    for X in (np.zeros((5, 4), np.float32), np.zeros((5, 2, 2), np.uint8)):
        examples = Examples(X, np.zeros(5, np.int32))
        examples.learn(2)
        assert np.shares_memory(examples.X, X)


def test_numbers_at_odd_addresses_are_copied():
    from pmy.examples import Examples

    X = np.zeros(5 * 4 * 4 + 1, np.uint8)[1:].view(np.float32).reshape(5, 4)
    y = np.zeros(5 * 4 + 1, np.uint8)[1:].view(np.int32)
    assert not X.flags.aligned and not y.flags.aligned
    examples = Examples(X, y)
    examples.learn(2)
    assert examples.X.flags.aligned and examples.y.flags.aligned


def test_files(tmp_path):
    X, y = blobs()
    model = pmy.train(NET, X, y, epochs=2)
    path = tmp_path / "m.safetensors"
    model.save(path)
    loaded = pmy.load(str(path), threads=1)
    assert loaded.net == model.net == NET and loaded.input == (8,) and loaded.names is None
    np.testing.assert_allclose(loaded.outputs(X), model.outputs(X), rtol=1e-5, atol=1e-5)
    assert loaded.graph.find("0.weight").shape == (16, 8)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(pmy.BadFile):
        pmy.load(path)
    with pytest.raises(OSError):
        pmy.load(tmp_path / "none")


def test_presets_are_the_programs():
    assert list(pmy.PRESETS)[1] == "mlp"
    X = np.zeros((20, 28, 28), np.uint8)
    model = pmy.train("mlp-small", X, np.arange(20) % 10, epochs=1)
    assert model.net.endswith("linear 128, relu, linear 10")


def test_recipe_is_the_librarys():
    assert {"epochs", "batch", "lr", "optim", "ema", "augment", "nesterov"} <= set(FIELDS)
    assert set(pmy.Recipe.__annotations__) == set(FIELDS) - {"net"}
    X, y = blobs()
    given = {"optim": "adam", "lr": 0.01, "schedule": "onecycle", "ema": 0.9, "clip": 1, "weight_decay": np.float64(0),
             "epochs": np.int64(3), "batch": 50}
    assert pmy.train(NET, X, y, **given).evaluate(X, y).accuracy > 0.9


def test_on_step_sees_every_step_and_may_stop():
    X, y = blobs()
    seen = []
    pmy.train(NET, X, y, epochs=2, batch=100, on_step=seen.append)
    assert [report.step for report in seen] == list(range(1, 9)) and seen[3].ends_epoch and seen[0].steps == 8
    model = pmy.train(NET, X, y, epochs=2, batch=100, on_step=lambda report: report.step < 3)
    assert model.interrupted and model.evaluate(X, y).count == 400


def test_what_on_step_raises_is_raised():
    X, y = blobs()

    def fail(report):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        pmy.train(NET, X, y, epochs=1, on_step=fail)


def test_model_may_be_used_in_on_step_of_another():
    X, y = blobs()
    other = pmy.train(NET, X, y, epochs=1)
    pmy.train(NET, X, y, epochs=1, batch=100, on_step=lambda report: other.evaluate(X, y).count == 400)


def test_ctrl_c_ends_training_and_the_model_is_there():
    code = """
        import sys
        sys.path.insert(0, "python/tests")
        import pmy, problems
        X, y = problems.blobs()
        def step(report):
            if report.step == 1:
                print("begun", flush=True)
        model = pmy.train("linear 16, relu, linear 3", X, y, epochs=100000, batch=20, on_step=step)
        print(model.interrupted, model.evaluate(X, y).accuracy > 0.9, model.predict(X).shape)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    threading.Event().wait(0.5)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0 and said == "True True (400,)\n"


def test_what_comes_after_an_epoch_ends_training_too(monkeypatch, capfd):
    X, y = blobs()

    def interrupt(bar, report):
        raise KeyboardInterrupt

    monkeypatch.setattr("pmy.progress.Progress.epoch", interrupt)
    model = pmy.train(NET, X, y, epochs=5, progress=True)
    assert model.interrupted and len(model.history) == 1


def test_other_threads_run_while_it_trains():
    X, y = blobs()
    stop, counted = threading.Event(), [0]

    def count():
        while not stop.is_set():
            counted[0] += 1
            stop.wait(0.0005)

    # One step, which is long: Python runs only where C lets it.
    X = np.repeat(X, 20, axis=0)
    thread = threading.Thread(target=count)
    thread.start()
    pmy.train("linear 1000, relu, linear 1000, relu, linear 3", X, np.repeat(y, 20), epochs=1, batch=8000, threads=1)
    stop.set()
    thread.join()
    assert counted[0] > 20


def test_two_threads_share_a_model():
    X, y = blobs()
    model = pmy.train(NET, X, y, epochs=2, threads=2)
    wanted, wrong = model.outputs(X), []

    def ask():
        for _ in range(30):
            if not (model.outputs(X) == wanted).all():
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_after_a_fork_a_model_is_the_first_process_s():
    X, y = blobs()
    model = pmy.train(NET, X, y, epochs=1, threads=2)

    def ask():
        nonlocal model
        try:
            model.predict(X)
        except pmy.Error as error:
            del model
            gc.collect()
            return str(error) if pmy.train(NET, X, y, epochs=1, threads=2).predict(X).size else ""
        return "it answered"

    assert "another process" in in_a_child(ask)
    assert model.predict(X).size == 400


def test_progress_writes_a_line_an_epoch(capfd):
    X, y = blobs()
    pmy.train(NET, X, y, epochs=2, validation=(X, y), progress=True)
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2 and said[1].startswith("epoch 2/2: loss ") and "validation" in said[1]


def test_progress_draws_a_bar_on_a_terminal():
    import io

    from pmy.progress import Progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    class Report:
        step, steps, epoch, epochs, loss, seconds = 5, 10, 1, 2, 0.5, 3.0

    to = Terminal()
    Progress(to).step(Report)
    assert "step 5/10" in to.getvalue() and "3 s left" in to.getvalue() and "=" * 15 + " " in to.getvalue()


def test_mnist():
    (X, y), (X_test, y_test) = pmy.mnist()
    assert X.shape == (60000, 28, 28) and X.dtype == np.uint8 and y_test.shape == (10000,)
    assert not X.flags.writeable and list(y[:5]) == [5, 0, 4, 1, 9]
    model = pmy.train("linear 64, relu, linear 10", X[:5000], y[:5000], epochs=2)
    assert model.evaluate(X_test, y_test).accuracy > 0.85
    with pytest.raises(OSError):
        pmy.mnist(os.devnull)
