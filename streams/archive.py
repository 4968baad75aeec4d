"""The archive of a scenario in one partition: what the dossiers that were put away still count for.

A dossier is put away so long after the last thing that became of it: its standing does not change any more,
and no window or report that is asked for reaches back to it. Its state goes, its figures stay. Figures as of
an instant before the horizon cannot be told any more.
"""

from collections import Counter

import msgspec

from dossier.figures.indicators import Masks
from dossier.figures.standing import Cell
from dossier.life.state import Dossier

PREFIX = b"#archive/"
"""The scenario follows, in the key of its archive among the states."""


class Archive(msgspec.Struct, omit_defaults=True):
    """What is stored of the dossiers that were put away."""

    horizon: float = 0.0
    """Seconds since 1970: before it states are missing."""
    dossiers: int = 0
    cells: dict[Cell, dict[int, int]] = {}
    """How many there are of each standing, by place."""
    anomalies: dict[str, int] = {}

    def take(self, where: Cell | None, mask: int, dossier: Dossier) -> None:
        """Count one more, which had this place and standing in the end."""
        self.dossiers += 1
        if where is not None and mask:
            masks = self.cells.setdefault(where, {})
            masks[mask] = masks.get(mask, 0) + 1
        for kind, times in dossier.anomalies.items():
            self.anomalies[kind] = self.anomalies.get(kind, 0) + times

    def add_to(self, cells: dict[Cell, Masks]) -> dict[Cell, Masks]:
        """The cells with those of the archive."""
        for where, masks in self.cells.items():
            cells.setdefault(where, Counter()).update(masks)
        return cells


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Archive).decode
