"""A trained model: to ask, to evaluate, to keep."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ._convert import sizes
from ._library import call, ffi, path_chars, single, text_of
from ._owner import Owner
from ._record import read
from ._records import EpochReport, Score
from .errors import BadArgument
from .examples import Examples
from .graph import Graph, Pool


@dataclass(frozen=True)
class Fit:
    """How a model of targets does: the root of the mean squared error, in the targets' units, and R²."""

    count: int
    loss: float
    rmse: float
    r_squared: float


class Model(Owner):
    """A net with its numbers, made by `pmy.train` or `pmy.load`.

    `history` has an EpochReport for each epoch of its training; `interrupted` says that this was ended early.
    """

    def __init__(self, held: Any, free: Any, classifier: Any, *needed: Any) -> None:
        super().__init__(held, free, *needed)
        self._classifier = classifier
        self.history: list[EpochReport] = []
        self.interrupted = False

    def __repr__(self) -> str:
        return f"<pmy.Model {self.net!r}>"

    @property
    def net(self) -> str:
        """Its net as a line of text."""
        with self._using():
            return text_of(self._classifier.facts.net.text)

    @property
    def input(self) -> tuple[int, ...]:
        """The shape of an example."""
        with self._using():
            return sizes(self._classifier.facts.net.input)[1:]

    @property
    def classes(self) -> int:
        """How many classes there are; 0 where the model has learned targets."""
        with self._using():
            return 0 if self._classifier.targets else int(self._classifier.facts.classes)

    @property
    def names(self) -> list[str] | None:
        """The names of the classes, where they have some."""
        with self._using():
            names = self._classifier.facts.names
            return [text_of(names[i]) for i in range(self.classes)] if names else None

    @property
    def graph(self) -> Graph:
        """Its graph, whose parameters and values can be read by name."""
        with self._using() as held:
            graph = Graph._borrowed(held, self._classifier.graph, self._classifier.loss)
            graph._lock = self._lock
            return graph

    def weights(self) -> dict[str, np.ndarray]:
        """Parameters and statistics by their names, not copies."""
        graph = self.graph
        return {name: node.value for name, node in {**graph.parameters(), **graph.statistics()}.items()}

    # --- Asking ------------------------------------------------------------

    def _examples(self, X: npt.ArrayLike, y: npt.ArrayLike | None = None) -> Examples:
        examples = Examples(X, y)
        facts = self._classifier.facts
        examples.dataset.classes, examples.dataset.names = self.classes, facts.names
        if y is not None:
            examples.learn(self.classes)
        return examples

    def _room(self, count: int, out: np.ndarray | None) -> np.ndarray:
        shape = (count, self._width())
        if out is None:
            return np.empty(shape, np.float32)
        if not isinstance(out, np.ndarray) or out.dtype != np.float32 or out.shape != shape:
            raise BadArgument(f"out must be a float32 array of {shape}")
        if not (out.flags.c_contiguous and out.flags.writeable and out.flags.aligned):
            raise BadArgument("out must be writable and lie in C's order")
        return out

    def _width(self) -> int:
        """Numbers that the net gives for an example."""
        return int(sizes(self._classifier.facts.net.output)[-1])

    def outputs(self, X: npt.ArrayLike, out: np.ndarray | None = None) -> np.ndarray:
        """What the net gives for each example: logits, or predictions of targets; float32 [count, width], into `out`
        where one is given."""
        with self._using():
            examples = self._examples(X)
            room = self._room(len(examples.X), out)
            call(single.classifier_predict, self._classifier, examples.dataset, ffi.from_buffer("float[]", room))
            return room

    def probabilities(self, X: npt.ArrayLike, out: np.ndarray | None = None) -> np.ndarray:
        """The probability of each class for each example: float32 [count, classes]."""
        if not self.classes:
            raise BadArgument("a model of targets has no probabilities")
        logits = self.outputs(X)
        room = self._room(len(logits), out)
        error = ffi.new("pmy_error *")
        z, p = ffi.from_buffer("float[]", logits), ffi.from_buffer("float[]", room)
        for row in range(0, room.size, self.classes):
            single.softmax_of_row(self.classes, z + row, 1.0, p + row, error)
        return room

    def predict(self, X: npt.ArrayLike) -> np.ndarray:
        """The class of each example [count]; of a model of targets, these: float32 [count, width], or [count] where
        there is one."""
        outputs = self.outputs(X)
        if self.classes:
            classes: np.ndarray = outputs.argmax(axis=1)
            return classes
        return outputs.reshape(-1) if outputs.shape[1] == 1 else outputs

    def _score(self, X: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Any, Any]:
        with self._using():
            examples = self._examples(X, y)
            score = ffi.new("pmy_score *")
            watcher = ffi.new("pmy_predictions_watcher *")
            call(single.classifier_evaluate, self._classifier, examples.dataset, watcher[0], score)
            return score, examples

    def evaluate(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Score:
        """How a model of classes does on examples."""
        if not self.classes:
            raise BadArgument("a model of targets has no score of classes: see fit")
        score: Score = read(self._score(X, y)[0])
        return score

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Fit:
        """How a model of targets does on examples."""
        if self.classes:
            raise BadArgument("a model of classes has no targets: see evaluate")
        score, examples = self._score(X, y)
        return Fit(score.count, score.loss, single.root_mean_squared_error(score, examples.dataset),
                   single.r_squared(score, examples.dataset))

    # --- Keeping -----------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a model file, which `pmy.load`, the programs and PyTorch read; whole or not at all."""
        with self._using():
            classifier = self._classifier
            call(single.model_save, path_chars(path), ffi.addressof(classifier.facts), classifier.graph)


def load(path: str | os.PathLike[str], threads: int | None = None) -> Model:
    """The model in a file; it works on `threads` threads, or on all processors."""
    pool = Pool(threads)
    classifier = ffi.new("pmy_classifier **")
    call(single.classifier_load, path_chars(path), ffi.NULL, ffi.NULL, pool._held, classifier)
    return Model(classifier[0], single.classifier_free, classifier[0], pool)
