"""Graphs, nodes and optimizers."""

import gc

import cffi
import numpy as np
import pytest
from apart import in_a_child

import pmy
from pmy import _ops
from pmy._library import _FOLDER, double, ffi, single


def small(precision="single"):
    g = pmy.Graph(seed=3, precision=precision)
    x, y = g.input((6, 4)), g.labels(6)
    z = g.linear(g.linear(x, 5, "tanh"), 3)
    z.name = "logits"
    loss = g.softmax_xent(z, y)
    g.build(loss)
    x.value = np.linspace(-1, 1, 24).reshape(6, 4)
    y.value = np.arange(6) % 3
    return g, x, y, z, loss


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


@pytest.mark.parametrize("precision, tolerance", [("single", 1e-5), ("double", 1e-12)])
def test_loss_and_gradient_are_numpys(precision, tolerance):
    g, x, y, z, loss = small(precision)
    g.forward()
    g.backward()
    w = {name: node.value for name, node in g.parameters().items()}
    h = np.tanh(x.value @ w["linear0.weight"].T + w["linear0.bias"])
    logits = h @ w["linear1.weight"].T + w["linear1.bias"]
    p = softmax(logits)
    np.testing.assert_allclose(z.value, logits, rtol=tolerance, atol=tolerance)
    assert loss.item() == pytest.approx(-np.log(p[np.arange(6), y.value]).mean(), rel=tolerance)
    slope = (p - np.eye(3)[y.value]) / 6
    np.testing.assert_allclose(z.gradient, slope, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(g.find("linear1.weight").gradient, slope.T @ h, rtol=tolerance, atol=tolerance)


def test_optimizer_makes_the_loss_small():
    g, _, _, _, loss = small()
    optimizer = pmy.Optimizer(g, "adam", beta1=0.8)
    g.forward()
    first = loss.item()
    for _ in range(100):
        g.forward()
        g.backward()
        assert optimizer.clip(1.0) >= 0
        optimizer.step(0.05)
    assert loss.item() < first / 10


def test_sgd_step_is_w_minus_rate_times_gradient():
    g, *_ = small()
    weight = g.find("linear0.weight")
    g.forward()
    g.backward()
    before, gradient = weight.value.copy(), weight.gradient.copy()
    pmy.Optimizer(g, "sgd").step(0.5)
    np.testing.assert_allclose(weight.value, before - np.float32(0.5) * gradient, rtol=1e-6, atol=1e-7)


def test_values_are_not_copies():
    _, x, *_ = small()
    value, again = x.value, x.value
    value[0, 0] = 7
    assert again[0, 0] == 7 and x.value[0, 0] == 7


def test_values_keep_their_memory():
    def look_after_the_end():
        g = pmy.Graph()
        x = g.input((2000, 1000))  # so much that its pages would be gone
        g.build(g.sum(x))
        x.value[...] = 7
        value = x.value
        g.free()
        del g, x
        gc.collect()
        return str(value.min())

    assert in_a_child(look_after_the_end) == "7.0"


def test_batch_may_shrink():
    g, x, y, z, loss = small()
    g.batch = 2
    assert g.batch == 2 and x.shape == (2, 4) and z.value is not None
    x.value = np.zeros((2, 4))
    g.forward()
    assert np.isfinite(loss.item())


def test_options_and_words_reach_c():
    g = pmy.Graph()
    z, y = g.input((2, 3)), g.labels(2)
    g.build(g.softmax_xent(z, y, temperature=2, reduction="sum", class_weights=[1, 2, 3], ignores=True, ignored=-1))
    z.value = [[1, 2, 3], [0, 0, 0]]
    y.value = [2, -1]
    g.forward()
    assert g._root.item() == pytest.approx(-3 * np.log(softmax(np.array([[0.5, 1, 1.5]]))[0, 2]), rel=1e-6)


def test_layers_with_windows_lists_and_shapes():
    g = pmy.Graph()
    x = g.input((2, 1, 8, 8))
    a, b = g.conv2d(x, 4, kernel=3, stride=1, padding=1, activation="relu"), g.maxpool2d(x, kernel=2, stride=2)
    assert a.shape == (2, 4, 8, 8) and b.shape == (2, 1, 4, 4)
    flat = g.concat([g.reshape(a, (2, 256)), g.reshape(b, (2, 16))], axis=1)
    assert flat.shape == (2, 272)
    mask = g.integers((2, 5))
    q = g.input((2, 5, 6))
    assert g.attention(q, q, q, heads=2, mask=mask).shape == (2, 5, 6)
    weight = g.parameter((3, 272), "w", "normal", 0.1)
    assert g.linear_with(flat, weight, None).shape == (2, 3)
    assert g.net("linear 4, relu, linear 2", flat).shape == (2, 2)
    g.prefix("tail")
    g.linear(flat, 2)
    g.build(g.sum(flat))
    assert "tail.weight" in g.parameters() and "2.bias" in g.parameters()


def test_statistics_and_modes():
    g = pmy.Graph()
    x = g.input((8, 3))
    g.build(g.sum(g.batchnorm(x)))
    x.value = np.random.default_rng(0).normal(2, 1, (8, 3))
    for mode in ("train", "replay", "eval", "frozen"):
        g.forward(mode)
    mean = next(node for name, node in g.statistics().items() if name.endswith("running_mean"))
    np.testing.assert_allclose(mean.value, x.value.mean(0) * 0.1, rtol=1e-5)
    count = next(node for name, node in g.statistics().items() if name.endswith("num_batches_tracked"))
    assert count.value.dtype == np.int64 and count.value == 1


def test_openblas_works_alone():
    other = cffi.FFI()
    other.cdef("int openblas_get_num_threads(void);")
    library = other.dlopen(str(_FOLDER / "libpmy.so.0"))
    if not hasattr(library, "openblas_get_num_threads"):
        pytest.skip("a build without OpenBLAS")
    assert library.openblas_get_num_threads() == 1


def test_files(tmp_path):
    g, *_ = small()
    g.save(tmp_path / "a.safetensors")
    weight = g.find("linear0.weight")
    kept = weight.value.copy()
    weight.value = np.zeros(weight.shape)
    g.load(tmp_path / "a.safetensors")
    assert (weight.value == kept).all()
    with pytest.raises(pmy.IOFailed) as failed:
        g.load(tmp_path / "b.safetensors")
    assert isinstance(failed.value, OSError) and "b.safetensors" in str(failed.value)


def test_every_call_of_the_generated_class_is_one_of_c():
    for name in [n for n in vars(_ops.Ops) if not n.startswith("_")]:
        for library, prefix in ((single, "pmy_"), (double(), "pmy64_")):
            kind = ffi.typeof(getattr(library, name))
            assert kind.result.cname == f"{prefix}node *" and kind.args[0].cname == f"{prefix}graph *", name


def test_calls_have_the_headers_words():
    assert "as in PyTorch" in pmy.Graph.linear.__doc__
    assert "y = max(x, 0)" in pmy.Graph.relu.__doc__


def test_every_status_has_an_exception():
    from pmy.errors import exception_of

    for name in ffi.typeof("pmy_status").relements:
        assert name == "PMY_OK" or type(exception_of(name, "")) is not pmy.Error
