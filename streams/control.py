"""Control: levers for simulations that run, sent by one process and asked for by another.

Who asks gets what is sent after he began to: a run is not steered by what was meant for an earlier one.
Here in the embedded store; `streams.control_topic` has the same on Kafka.
"""

from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from dossier.event import Instant, Rejected, Word
from streams.local import LocalLog

_TABLE = "CREATE TABLE IF NOT EXISTS control (id INTEGER PRIMARY KEY AUTOINCREMENT, value BLOB NOT NULL)"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A lever to be pulled in the runs of a scenario; `at` is when it was sent, by the wall clock."""

    scenario: Word
    lever: Annotated[Word, Meta(description='as on the command line: "staff:pool=leader,add=1"')]
    at: Instant


class ControlError(RuntimeError):
    """Orders cannot be asked for now; one sentence."""


class Control(Protocol):
    """Where orders come from."""

    def orders(self) -> list[bytes]:
        """What was sent since the last time, as it was sent; ControlError where it cannot be known."""
        ...


_decode = msgspec.json.Decoder(Order).decode
encode = msgspec.json.Encoder().encode
"""The order as JSON bytes."""


def decode(raw: bytes) -> Order | Rejected:
    """The order in `raw`, or why it is none; never an exception, whatever the bytes are."""
    try:
        return _decode(raw)
    except msgspec.ValidationError as error:
        return Rejected("wrong_type", str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejected("not_json", str(error) or type(error).__name__)


class LocalControl:
    """The orders in an embedded store: a table beside the log."""

    def __init__(self, log: LocalLog) -> None:
        self._log = log
        with log.transaction():
            log.connection.execute(_TABLE)
            self._last = int(log.connection.execute("SELECT coalesce(max(id), 0) FROM control").fetchone()[0])

    def put(self, value: bytes) -> None:
        """Send an order; it is durable when this returns."""
        with self._log.transaction():
            self._log.connection.execute("INSERT INTO control (value) VALUES (?)", (value,))

    def orders(self) -> list[bytes]:
        """What was sent since the last time."""
        query = "SELECT id, value FROM control WHERE id > ? ORDER BY id"
        rows = self._log.connection.execute(query, (self._last,)).fetchall()
        if rows:
            self._last = rows[-1][0]
        return [value for _, value in rows]
