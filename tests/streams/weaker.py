"""`motcua` with a worker that lacks what keeps ours exact: `python -m tests.streams.weaker WAYS monitor ...`.

WAYS are `hasty`, `trusting` or `hasty+trusting`.
"""

import sys

from motcua.cli import main
from streams import app


class Hasty(app.KafkaDriver):
    """It acknowledges messages without waiting until what came of them is durable."""

    async def _flush(self) -> None:
        for event in self._pending:
            event.ack()
        await super()._flush()


class Trusting(app.KafkaDriver):
    """It takes each message as the next one, and reads nothing again that its states do not have."""

    async def _follows(self, part: int, offset: int) -> bool:
        return True

    async def _wake(self) -> None:
        pass


WAYS = {"hasty": Hasty, "trusting": Trusting}

if __name__ == "__main__":
    weaker = tuple(WAYS[way] for way in sys.argv.pop(1).split("+"))
    app.KafkaDriver = type("Weaker", weaker, {})  # type: ignore[misc]
    main()
