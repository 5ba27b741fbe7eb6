"""What cannot be is an exception, whatever it is, and never a crash: each case runs in a process of its own."""

import os

import numpy as np
import pytest
from apart import in_a_child
from problems import blobs

import pmy

NET = "linear 4, relu, linear 3"
X, Y = blobs(60)
NAN = X.copy()
NAN[17, 3] = np.nan
HUGE = X.astype(np.float64)
HUGE[4, 1] = 1e300


def train(X=X, y=Y, net=NET, **recipe):
    return pmy.train(net, X, y, **{"epochs": 1, "threads": 1, **recipe})


def freed(model):
    model.free()
    return model


def graph():
    g = pmy.Graph()
    x, y = g.input((4, 2)), g.labels(4)
    g.build(g.softmax_xent(g.linear(x, 3), y))
    return g, x, y


def freed_graph():
    g, x, y = graph()
    g.free()
    return g, x, y


def assign(target, value):
    target.value = value


def read_only(shape):
    array = np.empty(shape, np.float32)
    array.flags.writeable = False
    return array


def forward(x, y):
    g, xs, ys = graph()
    xs.value, ys.value = x, y
    g.forward()


def backward_of_vector():
    g = pmy.Graph()
    x = g.input((3, 2))
    g.want_gradient(x)
    g.build(g.relu(x))
    g.forward()
    g.backward()


def backward_of_another_batch():
    g, _, _ = graph()
    g.batch = 1
    g.forward()
    g.batch = 4
    g.backward()


def raised_in_build():
    g = pmy.Graph()
    try:
        g.linear(g.input((2, 3, 4, 5)), 0)
    except pmy.Error:
        pass
    g.build(g.sum(g.input((2, 3))))


REFUSED = {
    # Training.
    "words": (lambda: train(X=[["a", "b"]] * 60), TypeError, "numbers"),
    "complex": (lambda: train(X=X.astype(complex)), TypeError, "numbers"),
    "objects": (lambda: train(X=np.array([[None] * 8] * 60)), TypeError, "numbers"),
    "one axis": (lambda: train(X=X[:, 0]), pmy.BadShape, "examples are"),
    "five axes": (lambda: train(X=np.zeros((60, 1, 1, 2, 2))), pmy.BadShape, "examples are"),
    "no examples": (lambda: train(X=X[:0], y=Y[:0]), pmy.BadShape, "nothing"),
    "no features": (lambda: train(X=X[:, :0]), pmy.BadShape, "nothing"),
    "fewer labels": (lambda: train(y=Y[:-1]), pmy.BadShape, "60 examples"),
    "labels of two axes": (lambda: train(y=Y.reshape(60, 1)), pmy.BadShape, "labels are"),
    "a label too large": (lambda: train(y=Y + 1), pmy.BadArgument, "none of 3 classes"),
    "a negative label": (lambda: train(y=Y - 1), pmy.BadArgument, "none of 3 classes"),
    "a label beyond int32": (lambda: train(y=Y + 2**40), pmy.BadArgument, "none of 3 classes"),
    "labels of words": (lambda: train(y=["a"] * 60), TypeError, "integers"),
    "no labels": (lambda: train(y=None), TypeError, "to be learned"),
    "NaN": (lambda: train(X=NAN), pmy.BadData, "17"),
    "infinite": (lambda: train(X=np.where(np.isnan(NAN), np.inf, NAN)), pmy.BadData, "17"),
    "beyond float32": (lambda: train(X=HUGE), pmy.BadData, "4"),
    "NaN to look at": (lambda: train(validation=(NAN, Y)), pmy.BadData, "17"),
    "other examples to look at": (lambda: train(validation=(X[:, :3], Y)), pmy.BadArgument, ""),
    "NaN as target": (lambda: train(y=NAN[:, 1:4], label_smoothing=0), pmy.BadData, "17"),
    "fewer targets": (lambda: train(y=X[:, :2], label_smoothing=0), ValueError, "3"),
    "a wrong word": (lambda: train(net="linear 4, rleu, linear 3"), pmy.BadNet, "did you mean 'relu'"),
    "no net": (lambda: train(net=""), pmy.BadNet, ""),
    "a zero in a net": (lambda: train(net="linear 3\0, junk"), pmy.BadArgument, "zero"),
    "a net that ends in a picture": (lambda: train(X=X.reshape(60, 1, 2, 4), net="conv 3 2"), pmy.BadNet, "a row"),
    "pictures wanted": (lambda: train(net="conv 4 3, linear 3"), pmy.BadNet, ""),
    "no epochs": (lambda: train(epochs=0), pmy.BadArgument, "epochs"),
    "half an epoch": (lambda: train(epochs=0.5), pmy.BadArgument, "epochs"),
    "a negative batch": (lambda: train(batch=-1), pmy.BadArgument, "batch"),
    "NaN as rate": (lambda: train(lr=float("nan")), pmy.BadArgument, "learning rate"),
    "no such optimizer": (lambda: train(optim="sdg", lr=1), pmy.BadArgument, "optimizer"),
    "another's rate": (lambda: train(optim="adam"), pmy.BadArgument, "lr"),
    "no such field": (lambda: train(epoch=1), TypeError, "epochs"),
    "a list as field": (lambda: train(epochs=[1]), TypeError, "epochs"),
    "no threads": (lambda: train(threads=0), pmy.BadArgument, "thread"),
    "negative threads": (lambda: train(threads=-1), OverflowError, ""),
    # A model.
    "another width": (lambda: train().predict(X[:, :5]), pmy.BadArgument, ""),
    "NaN to predict": (lambda: train().predict(NAN), pmy.BadData, "17"),
    "NaN to evaluate": (lambda: train().evaluate(NAN, Y), pmy.BadData, "17"),
    "out of another type": (lambda: train().outputs(X, np.empty((60, 3))), pmy.BadArgument, "out must"),
    "out of another shape": (lambda: train().outputs(X, np.empty((60, 2), "f4")), pmy.BadArgument, "out must"),
    "out not contiguous": (lambda: train().outputs(X, np.empty((3, 60), "f4").T), pmy.BadArgument, "out must"),
    "out read-only": (lambda: train().outputs(X, read_only((60, 3))), pmy.BadArgument, "out must"),
    "out no array": (lambda: train().probabilities(X, [1]), pmy.BadArgument, "out must"),
    "freed: predict": (lambda: freed(train()).predict(X), pmy.Freed, "Model was freed"),
    "freed: evaluate": (lambda: freed(train()).evaluate(X, Y), pmy.Freed, "freed"),
    "freed: save": (lambda: freed(train()).save("/tmp/x"), pmy.Freed, "freed"),
    "freed: weights": (lambda: freed(train()).weights(), pmy.Freed, "freed"),
    "save nowhere": (lambda: train().save("/nonexistent/x"), OSError, "/nonexistent"),
    "not a model": (lambda: pmy.load(os.path.realpath(__file__)), pmy.BadFile, ""),
    "a path with a zero": (lambda: pmy.load("a\0b"), pmy.BadArgument, "zero"),
    # A graph.
    "freed: value": (lambda: freed_graph()[1].value, pmy.Freed, "Graph was freed"),
    "freed: assigning": (lambda: assign(freed_graph()[1], 0), pmy.Freed, "freed"),
    "freed: forward": (lambda: freed_graph()[0].forward(), pmy.Freed, "freed"),
    "freed: name": (lambda: freed_graph()[1].name, pmy.Freed, "freed"),
    "freed: recording": (lambda: freed_graph()[0].input((1,)), pmy.Freed, "freed"),
    "freed: an optimizer of it": (lambda: pmy.Optimizer(freed_graph()[0]), pmy.Freed, "freed"),
    "another shape": (lambda: assign(graph()[1], np.zeros((2, 4))), pmy.BadShape, "not (2, 4)"),
    "another type": (lambda: assign(graph()[1], np.zeros((4, 2), complex)), TypeError, "numbers"),
    "labels that are floats": (lambda: assign(graph()[2], np.zeros(4)), TypeError, "integers"),
    "labels too large": (lambda: assign(graph()[2], [0, 0, 0, 2**40]), pmy.BadArgument, "integers of"),
    "a bad label": (lambda: forward(np.zeros((4, 2)), [0, 0, 9, 0]), pmy.BadData, "row 2"),
    "NaN in a graph": (lambda: forward([[0, 0], [np.nan, 0], [0, 0], [0, 0]], [0] * 4), pmy.BadData, "row 1"),
    "not built": (lambda: pmy.Graph().forward(), pmy.BadArgument, "not built"),
    "built twice": (lambda: graph()[0].build(graph()[1]), pmy.BadArgument, "built"),
    "recording late": (lambda: graph()[0].input((4, 2)), pmy.BadArgument, "built"),
    "backward first": (lambda: graph()[0].backward(), pmy.BadArgument, "forward"),
    "backward of another batch": (backward_of_another_batch, pmy.BadArgument, "forward"),
    "backward of many": (backward_of_vector, pmy.BadShape, "one number"),
    "no node": (lambda: pmy.Graph().relu(None), TypeError, "node"),
    "a number as node": (lambda: pmy.Graph().relu(3), TypeError, "node"),
    "another graph's node": (lambda: pmy.Graph().relu(graph()[1]), pmy.BadArgument, "the node is of another graph"),
    "freed: another graph's node": (lambda: pmy.Graph().relu(freed_graph()[1]), pmy.BadArgument, "the node is of"),
    "no such activation": (lambda: pmy.Graph().linear(pmy.Graph().input((1, 2)), 3, "rleu"), ValueError, ""),
    "a shape with a zero": (lambda: pmy.Graph().input((3, 0)), pmy.BadShape, "at least 1"),
    "a negative shape": (lambda: pmy.Graph().input((3, -1)), pmy.BadShape, "at least 1"),
    "five axes in a graph": (lambda: pmy.Graph().input((1,) * 5), pmy.BadShape, "at most 4"),
    "a shape too large": (lambda: pmy.Graph().input((2**40, 2**40)), pmy.BadShape, ""),
    "memory that is not there": (lambda: (lambda g: g.build(g.sum(g.input((2**30, 2**20)))))(pmy.Graph()),
                                 (MemoryError, ValueError), ""),
    "too many in a list": (lambda: (lambda g: g.concat([g.input((1, 1))] * 50, 1))(pmy.Graph()), ValueError, ""),
    "none in a list": (lambda: pmy.Graph().concat([], 1), ValueError, ""),
    "after an error": (raised_in_build, pmy.Error, ""),
    "weights of other classes": (lambda: (lambda g: g.softmax_xent(g.input((2, 3)), g.labels(2), class_weights=[1]))(
        pmy.Graph()), pmy.BadShape, "classes"),
    "no such precision": (lambda: pmy.Graph(precision="half"), pmy.BadArgument, "single or double"),
    "a batch too large": (lambda: setattr(graph()[0], "batch", 5), pmy.BadArgument, ""),
    "no batch": (lambda: setattr(graph()[0], "batch", 0), pmy.BadArgument, ""),
    "a bad mode": (lambda: graph()[0].forward("test"), pmy.BadArgument, "none of train"),
    "a rate of NaN": (lambda: pmy.Optimizer(graph()[0]).step(float("nan")), pmy.BadArgument, "finite"),
    "no such option": (lambda: pmy.Optimizer(graph()[0], "adam", beta3=1), TypeError, "beta1"),
    "an option out of range": (lambda: pmy.Optimizer(graph()[0], momentum=2), pmy.BadArgument, "momentum"),
    "of no kind": (lambda: pmy.Optimizer(graph()[0], "x"), pmy.BadArgument, "sgd"),
    "a name that is taken": (lambda: setattr(graph()[1], "name", "linear0.bias"), pmy.BadArgument, ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused(case):
    action, kind, words = REFUSED[case]

    def refused():
        try:
            result = action()
        except kind as raised:
            return "as it should" if words in str(raised) else f"other words: {raised}"
        return f"nothing was raised, but {result} came back"

    assert in_a_child(refused) == "as it should"
