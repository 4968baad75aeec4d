"""What a store holds already: the run of a scenario that was told to it, and that no other is mixed with."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec

from motcua.files import BadInput
from streams.local import LocalLog


def claim(store: Path, scenario: str, mark: Mapping[str, str]) -> bool:
    """Have the store for this run of a scenario, `mark` being all that makes its events what they are.

    The same run again does no harm. BadInput where the store holds another run of the scenario; False where
    it holds the scenario from elsewhere, so that nobody knows.
    """
    with closing(LocalLog(store)) as log:
        found = log.claim(scenario, msgspec.json.encode(mark).decode())
    known = msgspec.json.decode(found, type=dict[str, str]) if found else {}
    if not known or known == mark:
        return bool(known)
    other = [
        f"{name} {known.get(name) or 'none'}, not {each or 'none'}"
        for name, each in mark.items()
        if known.get(name, "") != each
    ]
    raise BadInput(
        f"--store {store} holds another run of {scenario} ({'; '.join(other)}), and the figures would be of "
        "both: name another store"
    )
