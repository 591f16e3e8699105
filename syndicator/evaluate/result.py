"""What a measure hands back, where its data is, and whether it is as good as it was.

**Data that is not there is said, not guessed.** Some gold is other people's and lies beside the project, not in it. A
figure that cannot be measured for that reason is named in `absent`; its floor then neither holds nor breaks. A floor
for a figure that nobody measures is a mistake, and breaks.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from syndicator.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder, when the program runs from it."""
TESTS = ROOT / "tests" / "data"
CORPORA = ROOT.parent / "shared" / "corpora"

SPEED = "speed"
"""The name under which `Result.speed` may have a floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one measure found."""

    figures: Mapping[str, float]
    """What may have a floor: shares from 0 to 1, by name; more is better."""
    count: int
    """Articles, pages or queries that were measured."""
    speed: float
    """Of those, so many a second of processor time, so that a busy machine measures the same."""
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """A table for people: one row a page, a topic, a query."""
    worst: tuple[str, ...] = ()
    """The cases to look at first, one line each, the worst first."""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Figures that could not be measured, with the reason."""

    @property
    def measured(self) -> dict[str, float]:
        """Every figure that may have a floor."""
        return {**self.figures, SPEED: self.speed}


@dataclass(frozen=True, slots=True)
class Score:
    """How much of what was found is right, and how much of what is right was found; `+` adds up the counts."""

    right: int
    found: int
    wanted: int

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.found + other.found, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else float(not self.wanted)

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def overlap(found: Counter[str], wanted: Counter[str]) -> Score:
    """The score of a bag of words or labels, each counted as often as it stands."""
    return Score((found & wanted).total(), found.total(), wanted.total())


def folder(given: Path | None, usual: Path) -> Path:
    """The folder of a measure's data; `ConfigurationError` when it is not there."""
    chosen = given or usual
    if not chosen.exists():
        raise ConfigurationError([f"{chosen}: there is no such data; name its folder with --data"])
    return chosen


def read_floors(path: Path) -> dict[str, dict[str, float]]:
    """`{"measure": {"figure": floor}}` from JSON. Raises `ConfigurationError`."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError([f"{path}: cannot be read: {error}"]) from None
    if not isinstance(data, dict) or not all(
        isinstance(floors, dict) and all(isinstance(floor, int | float) for floor in floors.values())
        for floors in data.values()
    ):
        raise ConfigurationError([f'{path}: must be {{"measure": {{"figure": number}}}}'])
    return data


def below(name: str, result: Result, floors: Mapping[str, float]) -> list[str]:
    """A sentence for each figure that fell below its floor, or that nobody measures."""
    measured = result.measured
    found = []
    for figure, floor in floors.items():
        if figure in measured and measured[figure] < floor:
            found.append(f"{name}: {figure} is {measured[figure]:.4f}, below its floor of {floor:g}")
        elif figure not in measured and figure not in result.absent:
            found.append(f"{name}: {figure} has a floor but is not measured")
    return found
