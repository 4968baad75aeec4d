"""What a lever changes in a scenario: paths with the values before and after."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from simulator.scenario.levers.scope import base
from simulator.scenario.model import Scenario


class Changed(NamedTuple):
    """One value that is not the same; None where there is nothing."""

    path: str
    before: Any
    after: Any


def changes(before: Scenario, after: Scenario) -> list[Changed]:
    """All that differs, in the scenario's order.

    A profile or procedure that was split off is compared with the one it was split off from.
    """
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    for kind in ("profiles", "procedures"):
        old[kind] |= {
            name: old[kind][base(name)]
            for name in new[kind]
            if name not in old[kind] and base(name) in old[kind]
        }
    return list(_differing("", old, new))


def _differing(path: str, before: Any, after: Any) -> Iterator[Changed]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _differing(f"{path}.{key}" if path else key, before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differing(f"{path}.{i}", one, other)
    else:
        yield Changed(path, before, after)
