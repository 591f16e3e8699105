"""Fetch addresses in a process of its own and say what each cost: `python -m tests.support.weigh_fetch URL...`.

Writes one JSON list, an object for each address: the error's reason (or null), seconds of processor time, and by how many MiB
resident memory rose at its peak. The first address should be a harmless one, so that what is loaded only once counts there.
"""

import json
import sys
import time
from pathlib import Path

from syndicator.errors import FetchError
from syndicator.http import HttpDoor


def peak() -> float:
    """The most resident memory since the last reset, in MiB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def weigh(door: HttpDoor, url: str) -> dict[str, object]:
    """What one fetch costs."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before, started, reason = peak(), time.process_time(), None
    try:
        door.get(url)
    except FetchError as error:
        reason = error.reason
    return {"reason": reason, "seconds": time.process_time() - started, "mebibytes": peak() - before}


if __name__ == "__main__":
    front = HttpDoor(user_agent="Tester/1.0", allow_private=["127.0.0.1/32"], gap=0)
    json.dump([weigh(front, url) for url in sys.argv[1:]], sys.stdout)
