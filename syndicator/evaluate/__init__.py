"""Quality in figures: one measure a module, each against gold that stands beside the project or in a folder of yours.

A measure is a function from the folder of its data (None: where the project keeps it) to a `Result`. What is measured
is pinned in `quality/floors.json` and may only rise; `below` says what fell.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from syndicator.evaluate import dates, extraction, language, places, published, search, stories, topics
from syndicator.evaluate.result import Result, below, read_floors

__all__ = ["MEASURES", "Measure", "Result", "below", "read_floors"]

Measure: TypeAlias = Callable[[Path | None], Result]

MEASURES: dict[str, Measure] = {
    "dates": dates.measure,
    "extraction": extraction.measure,
    "language": language.measure,
    "places": places.measure,
    "published": published.measure,
    "search": search.measure,
    "stories": stories.measure,
    "topics": topics.measure,
}
"""What `syndicator evaluate` can be asked for."""
