"""Training on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from ._library import check, enumerator, ffi, single
from ._record import read
from ._records import StepReport
from .errors import BadNet
from .examples import Examples
from .graph import Pool
from .model import Model
from .net import Net
from .progress import Progress
from .recipe import Made

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._recipe import Recipe

OnStep = Callable[[StepReport], object]


class _Watcher:
    """What C calls after each step and epoch. What is raised here ends the run; it is kept for who asked for it."""

    def __init__(self, model: Model, progress: bool, on_step: OnStep | None) -> None:
        self.raised: BaseException | None = None
        bar = Progress() if progress else None

        def step(_: Any, report: Any) -> bool:
            if self.raised:  # in epoch, which cannot say so itself
                return False
            if bar:
                bar.step(report)
            return on_step is None or on_step(read(report)) is not False

        def epoch(_: Any, report: Any) -> None:
            model.history.append(read(report))
            if bar:
                bar.epoch(model.history[-1])

        def keep(kind: type[BaseException], raised: BaseException, trace: Any) -> None:
            self.raised = self.raised or raised

        fields = dict(ffi.typeof("pmy_watcher").fields)
        self._step = ffi.callback(fields["step"].type, step, error=False, onerror=keep)
        self._epoch = ffi.callback(fields["epoch"].type, epoch, onerror=keep)
        self.watcher = ffi.new("pmy_watcher *", {"step": self._step, "epoch": self._epoch})


def _begin(net: str, X: Examples, given: Any, pool: Pool) -> Model:
    made = Made(net, given)
    outputs = Net(made.net, X.shape).output
    if len(outputs) != 1:
        raise BadNet(f"the net gives {outputs} for an example, not a row of numbers: it should end in a linear layer")
    X.learn(outputs[0])
    training = ffi.new("pmy_training **")
    error = ffi.new("pmy_error *")
    check(single.training_new(made.recipe, X.dataset, pool._held, training, error), error)
    return Model(training[0], single.training_free, training[0].classifier, pool)


def train(net: str | Net, X: npt.ArrayLike, y: npt.ArrayLike, *,
          validation: tuple[npt.ArrayLike, npt.ArrayLike] | None = None, threads: int | None = None,
          progress: bool = False, on_step: OnStep | None = None, **recipe: Unpack[Recipe]) -> Model:
    """Trains a net on arrays.

    `net` is a line of text, such as "linear 128, relu, linear 10", a Net, or the name of a preset (pmy.PRESETS),
    which brings its recipe. X is [count, features], [count, height, width] or [count, channels, height, width]:
    uint8, of which 0 … 255 stand for 0 … 1, or floats, taken as they are. y is labels [count], integers, or targets
    [count] or [count, width], floats. Neither is copied where it is as C takes it (uint8 or float32, int32, in C's
    order); both must stay as they are until the training is done.

    Further keywords are the fields of a recipe, such as epochs, batch, lr and optim: see pmy.Recipe. What is not
    said is as the programs have it. The same arrays, recipe and seed end in the same bits on any number of threads.

    `validation` is looked at after each epoch (model.history), and chooses nothing. `on_step` is called with a
    StepReport after each step; False from it ends the training, and what it raises is raised here. Ctrl-C ends the
    training, too, and the model is returned as it is: model.interrupted then says so. `progress` draws a bar on
    stderr.
    """
    pool = Pool(threads)
    examples = Examples(X, y)
    model = _begin(net.text if isinstance(net, Net) else net, examples, recipe, pool)
    looked_at = model._examples(*validation) if validation else None
    empty = ffi.new("pmy_dataset *")
    watcher = _Watcher(model, progress, on_step)
    error = ffi.new("pmy_error *")
    with model._using() as training:
        try:
            status = single.train(training, looked_at.dataset if looked_at else empty, watcher.watcher, error)
        except KeyboardInterrupt as raised:  # it came when C was done, before Python went on
            watcher.raised = watcher.raised or raised
            status = enumerator("STOPPED")
        if status != enumerator("STOPPED"):
            check(status, error)
        model.interrupted = status == enumerator("STOPPED")
        single.run_take_average(ffi.addressof(training.run))
    if watcher.raised and not isinstance(watcher.raised, KeyboardInterrupt):
        raise watcher.raised
    return model
