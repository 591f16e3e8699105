"""The docs name settings and commands as they are."""

import re
from pathlib import Path

import click
import pytest

from syndicator.catalogue.labels import PeopleFile, PersonTable, PlacesFile, TerritoryTable
from syndicator.catalogue.read import FeedFile, PublisherFile, SourceTable, TopicFile
from syndicator.cli import commands
from syndicator.settings import SettingsFile

ROOT = Path(__file__).resolve().parents[2]
OPERATORS = (ROOT / "docs" / "operators.md").read_text("utf-8")
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

SETTINGS = {
    f"[{table}] {key}" for table, field in SettingsFile.model_fields.items() for key in field.annotation.model_fields
}


def named_commands(group: click.Group, prefix: str = "") -> set[str]:
    names = {f"{prefix}{name}" for name in group.commands}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            names |= named_commands(command, f"{prefix}{name} ")
    return names


def test_every_setting_is_documented_and_nothing_else() -> None:
    """The table of settings names exactly the settings that there are."""
    assert set(re.findall(r"^\| `(\[\w+\] \w+)`", OPERATORS, re.M)) == SETTINGS


def test_every_command_is_documented() -> None:
    """The table of commands names exactly the commands that there are."""
    told = set(re.findall(r"^\| `syndicator ([a-z]+(?: [a-z]+)*)", OPERATORS, re.M))
    assert told == named_commands(commands)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_commands_in_docs_exist(path: Path) -> None:
    """Whatever a page calls `syndicator ...` is a command that exists."""
    told = re.findall(r"(?:`|^)syndicator ([a-z]+)", path.read_text("utf-8"), re.M)
    assert set(told) <= set(commands.commands)


@pytest.mark.parametrize(
    "schema", [PublisherFile, SourceTable, TopicFile, FeedFile, PlacesFile, TerritoryTable, PeopleFile, PersonTable]
)
def test_every_key_of_a_definition_is_documented(schema) -> None:
    """A key that an operator may write is named in the operators' page."""
    for key in schema.model_fields:
        assert (
            f"`{key}`" in OPERATORS or f"[{key}]" in OPERATORS or f"[{key}." in OPERATORS or f"\n{key} = " in OPERATORS
        ), key


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """A link to a file of the project leads to a file of the project."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_make_targets_in_docs_exist() -> None:
    """Every `make ...` that the docs name is a target."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for path in DOCS:
        assert set(re.findall(r"(?:`|^)make ([a-z]+)", path.read_text("utf-8"), re.M)) <= targets


def test_modules_in_contributing_exist() -> None:
    """The table that says where to change what leads to files that are there."""
    for target in re.findall(r"`((?:syndicator|config|tests)/[\w/.]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        assert (ROOT / target).exists(), target
