"""Indices of sensitivity of any function, by SALib: Morris' and Sobol's.

Values are looked at within bounds, all alike. Sources: Morris (Technometrics 33, 1991); Campolongo, Cariboni
and Saltelli (Environmental Modelling & Software 22, 2007) for `mu_star`; Sobol (Mathematics and Computers in
Simulation 55, 2001); Saltelli and others (Computer Physics Communications 181, 2010).

Needs the extra `whatif` (SALib).
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bounds = Sequence[tuple[float, float]]
Model = Callable[[Floats], Floats]
"""Rows of values to figures."""
LEVELS = 4
"""Morris' grid."""
SEED = 20_260_301
"""Of the samples: the same question has the same answer."""


class MissingExtra(RuntimeError):
    """SALib is not installed; what to do."""


class Effect(NamedTuple):
    """One parameter, from one end of its bounds to the other."""

    mu: float
    """The mean effect."""
    mu_star: float
    """The mean of its size, and the half-width of its 95 % interval."""
    half: float
    sigma: float
    """How much it differs: by where the others are, or by not being straight."""


class Share(NamedTuple):
    """Of the variance that the parameters together make."""

    first: float
    """What it explains alone, and the half-width of its 95 % interval."""
    first_half: float
    total: float
    """The same with the others' help."""
    total_half: float


def morris(model: Model, bounds: Bounds, trajectories: int) -> list[Effect]:
    """Mean elementary effects, in `trajectories` x (parameters + 1) calls."""
    with _salib() as (sample, analyze):
        problem = _problem(bounds)
        rows = sample.morris.sample(problem, trajectories, num_levels=LEVELS, seed=SEED)
        found = analyze.morris.analyze(problem, rows, model(rows), num_levels=LEVELS, seed=SEED)
    columns = (found["mu"], found["mu_star"], found["mu_star_conf"], found["sigma"])
    return [Effect(*map(float, row)) for row in zip(*columns, strict=True)]


def sobol(model: Model, bounds: Bounds, size: int) -> list[Share]:
    """First and total shares of the variance, in `size` x (parameters + 2) calls; `size` is a power of 2."""
    with _salib() as (sample, analyze):
        problem = _problem(bounds)
        rows = sample.sobol.sample(problem, size, calc_second_order=False, seed=SEED)
        values = model(rows)
        if values.std() == 0:
            return [Share(0.0, 0.0, 0.0, 0.0)] * len(bounds)
        found = analyze.sobol.analyze(problem, values, calc_second_order=False, seed=SEED)
    columns = (found["S1"], found["S1_conf"], found["ST"], found["ST_conf"])
    return [Share(*map(float, row)) for row in zip(*columns, strict=True)]


def ready() -> None:
    """MissingExtra where SALib is not installed."""
    with _salib():
        pass


def calls(method: str, parameters: int, size: int) -> int:
    """How often a method calls its model."""
    return size * (parameters + (1 if method == "morris" else 2))


def latin(bounds: Bounds, size: int) -> Floats:
    """Rows spread evenly within the bounds (a Latin hypercube)."""
    rng = np.random.default_rng(SEED)
    places = np.column_stack([rng.permutation(size) + rng.random(size) for _ in bounds]) / size
    low, high = np.array(bounds).T
    return np.asarray(low + places * (high - low))


def _problem(bounds: Bounds) -> dict[str, Any]:
    return {
        "num_vars": len(bounds),
        "names": [f"x{i}" for i in range(len(bounds))],
        "bounds": [list(each) for each in bounds],
    }


@contextmanager
def _salib() -> Iterator[tuple[Any, Any]]:
    try:
        import SALib.analyze.morris  # noqa: PLC0415 (an extra)
        import SALib.analyze.sobol  # noqa: PLC0415
        import SALib.sample.morris  # noqa: PLC0415
        import SALib.sample.sobol  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("indices of sensitivity need SALib: pip install 'motcua[whatif]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, of pandas and of sizes; sizes are checked by who asks
        yield SALib.sample, SALib.analyze
