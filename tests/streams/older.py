"""motcua before a type of event came: `python -m tests.streams.older TYPE python -m motcua monitor ...`."""

import sys

from dossier.event import Message, Rejected, decode
from motcua.cli import main
from streams import processor


def knowing_all_but(unknown: str, raw: bytes) -> Message | Rejected:
    """How a worker reads that does not know a type yet."""
    found = decode(raw)
    if isinstance(found, Rejected) or found.__struct_config__.tag != unknown:
        return found
    return decode(raw.replace(b'"type":"', b'"type":"not_yet_', 1))


if __name__ == "__main__":
    newest = sys.argv[1]
    sys.argv[1:5] = []
    processor.decode = lambda raw: knowing_all_but(newest, raw)
    main()
