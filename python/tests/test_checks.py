"""Gradient checks and explanations."""

import numpy as np
import pytest

import pmy


def test_net_passes():
    checks = pmy.gradcheck("linear 6, tanh, linear 3", (5,))
    assert checks.passed and {check.input for check in checks} >= {"0.weight", "2.bias"}
    assert pmy.gradcheck("linear 2", 3).passed
    assert all(check.error <= check.tolerance for check in checks) and "PASS" in str(checks)
    assert pmy.gradcheck(pmy.Net("conv 2 3, relu, linear 3", (1, 6, 6))).passed


def test_graph_at_its_values():
    g = pmy.Graph(precision="double")
    x = g.input((3, 2))
    g.want_gradient(x)
    g.build(g.sum(g.sqrt(x)))
    x.value = [[1, 2], [3, 4], [5, 6]]
    checks = pmy.gradcheck(g)
    assert checks.passed and checks[0].shape == (3, 2) and checks[0].cause == "unknown"


def test_nothing_to_check_is_no_pass():
    g = pmy.Graph(precision="double")
    x = g.input((3, 2))
    g.want_gradient(x)
    g.build(g.sum(g.scale(x, 0)))
    checks = pmy.gradcheck(g)
    assert not checks.passed and checks[0].verdict == "vacuous"


def test_refused():
    g = pmy.Graph()
    x = g.input((3, 2))
    g.build(g.sum(x))
    with pytest.raises(pmy.BadArgument, match="double"):
        pmy.gradcheck(g)
    with pytest.raises(pmy.BadArgument, match="input"):
        pmy.gradcheck("linear 3")
    with pytest.raises(pmy.BadNet) as wrong:
        pmy.gradcheck("linear 12, rleu, linear 10", (5,))
    assert (wrong.value.position, wrong.value.length) == (11, 4) and "relu" in str(wrong.value)


def test_explain():
    e = pmy.explain([2, 1, -1], target=1)
    p = np.exp([2, 1, -1]) / np.exp([2, 1, -1]).sum()
    np.testing.assert_allclose(e["p"], p, rtol=1e-14)
    np.testing.assert_allclose(e["jacobian"], np.diag(p) - np.outer(p, p), rtol=1e-12)
    np.testing.assert_allclose(e["fused"], p - [0, 1, 0], rtol=1e-12)
    np.testing.assert_allclose(e["chain"], e["fused"], rtol=1e-12)
    assert e["loss"] == pytest.approx(-np.log(p[1])) and e["precision"] == "double" and e["breaks"] is False


def test_explain_shares_and_temperature():
    e = pmy.explain([2, 1, -np.inf], target=[0.25, 0.75, 0], temperature=2)
    p = np.exp([1, 0.5, -np.inf]) / np.exp([1, 0.5, -np.inf]).sum()
    np.testing.assert_allclose(e["fused"], (p - [0.25, 0.75, 0]) / 2, rtol=1e-12)


@pytest.mark.parametrize("arguments", [([1, np.nan], 0), ([1, 2], 2), ([1, 2], [1, 2, 3]), ([], 0), ([[1, 2]], 0),
                                       ([1, 2], 0, 0), (["a", "b"], 0), ([-np.inf, 1], 0)])
def test_explain_refuses(arguments):
    with pytest.raises((ValueError, TypeError)):
        pmy.explain(*arguments)
