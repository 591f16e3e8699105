"""Other people's articles as they lie beside the project: JSON, one a line, in `*.jsonl` or `*.jsonl.gz`."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syndicator.errors import ConfigurationError
from syndicator.text.url import Url, canonical


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Every article of a folder, as it is written: `id`, `title` and more. Raises `ConfigurationError`."""
    for path in sorted(folder.glob("*.jsonl*")):
        opened = gzip.open if path.suffix == ".gz" else Path.open
        try:
            with opened(path, "rt", encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    row = json.loads(line)
                    if not isinstance(row, dict) or not {"id", "title"} <= row.keys():
                        raise ConfigurationError([f"{path}: line {number} is no article: it needs an id and a title"])
                    yield row
        except (OSError, EOFError, ValueError) as error:
            raise ConfigurationError([f"{path}: cannot be read: {error}"]) from None


def address(raw: str) -> Url:
    """An article's address. Raises `ConfigurationError` when it is none."""
    url = canonical(raw)
    if url is None:
        raise ConfigurationError([f"{raw} is no address"])
    return url
