"""Whether dates are read as they are meant: every spelling of a table.

`dates.toml` has an array `date` of tables with `raw`, the `moment` that it means (none: it is no date), and where
needed `timezone` and `day_first`. They are read at noon of 10 April 2026, UTC.
"""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from syndicator.errors import ConfigurationError
from syndicator.evaluate.result import TESTS, Result, folder
from syndicator.text.dates import parse

READ_AT = datetime(2026, 4, 10, 12, tzinfo=UTC)
_ROUNDS = 20


def measure(data: Path | None = None) -> Result:
    """Figure: `right`, the share of rows. `data` is a folder with a `dates.toml`. Raises `ConfigurationError`."""
    path = folder(data, TESTS / "text") / "dates.toml"
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["date"]
        asked = [(row["raw"], row.get("moment"), row.get("timezone"), row.get("day_first")) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError([f"{path}: is no table of dates: {error!r}"]) from None
    started = process_time()
    for _ in range(_ROUNDS):
        found = [parse(raw, moment=READ_AT, timezone=zone, day_first=first) for raw, _, zone, first in asked]
    speed = _ROUNDS * len(asked) / max(process_time() - started, 1e-9)
    wrong = [
        f"{raw!r}: read as {read}, means {moment}"
        for read, (raw, moment, *_) in zip(found, asked, strict=True)
        if read != moment
    ]
    right = 1 - len(wrong) / len(asked) if asked else 1.0
    return Result(figures={"right": right}, count=len(asked), speed=speed, worst=tuple(wrong))
