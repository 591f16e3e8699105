"""Floors: what fell is named, what cannot be measured here is said, what nobody measures is a mistake."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from syndicator.errors import ConfigurationError
from syndicator.evaluate import MEASURES, Result, below, read_floors
from syndicator.evaluate.result import ROOT, Score
from tests.support import commands

RESULT = Result(figures={"f1": 0.9}, count=3, speed=50.0, absent={"recall": "no data"})


@pytest.mark.parametrize(
    ("floors", "told"),
    [
        ({}, []),
        ({"f1": 0.9, "speed": 50, "recall": 0.99}, []),
        ({"f1": 0.91}, ["demo: f1 is 0.9000, below its floor of 0.91"]),
        ({"speed": 51}, ["demo: speed is 50.0000, below its floor of 51"]),
        ({"f2": 0.1}, ["demo: f2 has a floor but is not measured"]),
    ],
)
def test_what_fell_is_named(floors: dict[str, float], told: list[str]) -> None:
    """A figure below its floor and a floor without a figure break; a figure without data here does neither."""
    assert below("demo", RESULT, floors) == told


def test_the_projects_floors_are_of_measures_that_exist() -> None:
    """Every floor belongs to a measure, and is a share or a speed."""
    floors = read_floors(ROOT / "quality" / "floors.json")
    assert floors.keys() <= MEASURES.keys()
    assert all(0 < floor <= 1 or name == "speed" for figures in floors.values() for name, floor in figures.items())


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {"b": "c"}}'])
def test_broken_floors_are_a_plain_mistake(tmp_path: Path, text: str) -> None:
    """A file that holds no floors is refused with its name."""
    (tmp_path / "floors.json").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=r"floors\.json"):
        read_floors(tmp_path / "floors.json")


def test_scores_add_up() -> None:
    """Sums are of counts, so that a long page weighs more than a short one; nothing found of nothing is right."""
    total = Score(9, 10, 9) + Score(1, 10, 11)
    assert (total.precision, total.recall) == (0.5, 0.5)
    assert Score(0, 0, 0).f1 == 1
    assert Score(0, 5, 0).f1 == 0
    assert Score(0, 0, 5).f1 == 0


def evaluate(*arguments: str, home: Path) -> CompletedProcess[str]:
    return commands.run(home, "evaluate", *arguments)


def test_the_command_prints_figures_and_fails_below_a_floor(tmp_path: Path) -> None:
    """`evaluate extraction` prints precision, recall and F1 a page; below a floor it exits with 1 and names it."""
    for name in ("amp", "consent-wall"):
        for ending in ("json", "html"):
            gold = ROOT / "tests" / "data" / "pages" / f"{name}.{ending}"
            (tmp_path / gold.name).write_bytes(gold.read_bytes())
    floors = tmp_path / "floors" / "floors.json"
    floors.parent.mkdir()
    floors.write_text(json.dumps({"extraction": {"own_f1": 0.9, "captions": 1.0, "speed": 1e9}}))
    done = evaluate("extraction", "--data", str(tmp_path), "--floors", str(floors), home=tmp_path)
    assert done.returncode == 1
    assert "extraction: speed is " in done.stderr
    assert "own_f1" not in done.stderr
    assert "precision" in done.stdout
    assert "amp" in done.stdout
    floors.write_text(json.dumps({"extraction": {"own_f1": 0.9}}))
    assert evaluate("extraction", "--data", str(tmp_path), "--floors", str(floors), home=tmp_path).returncode == 0
    assert evaluate("extraction", "--data", str(tmp_path / "floors"), home=tmp_path).returncode == 2
    assert evaluate("all", "--data", str(tmp_path), home=tmp_path).returncode == 2
