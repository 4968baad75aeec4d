"""The five-step process as others wrote it: run as a program, for its `dossier.py` is not our `dossier`.

`python oracle.py FOLDER N SEED` plays the peers' four programs of that folder on their common draws and
prints one JSON object: those draws, and the log of each program, (case, step, enabled, start, end) a row.
"""

import json
import runpy
import sys
from typing import Any

PROGRAMS = ("simpy_v1_batched", "simpy_v2_pool", "simpy_v3_callbacks", "heapq_v4")


def main(folder: str, n: str, seed: str) -> None:
    """Print it all."""
    sys.path[:0] = [f"{folder}/bpm", folder]
    common = __import__("common")
    process = __import__("dossier")
    process.kpis = lambda log: {"log": log}
    logs: dict[str, Any] = {}
    for program in PROGRAMS:
        found: list[Any] = []
        common.measure = lambda _name, _n, run, into=found, **_: into.extend(run()["log"])
        sys.argv = [program, n, seed]
        runpy.run_path(f"{folder}/bpm/{program}.py")
        logs[program] = sorted(found)
    came, work, loops, first, again, waits = process.inputs(int(n), int(seed))
    draws = {
        "came": came,
        "work": [column.tolist() for column in work],
        "loops": loops.tolist(),
        "first": first.tolist(),
        "again": again.tolist(),
        "waits": waits.tolist(),
    }
    json.dump({"draws": draws, "logs": logs}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
