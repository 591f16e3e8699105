"""The house rules of the architecture that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "syndicator"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
ROOMS = {
    "feedparser": "ingest/parse",
    "feedgen": "publish/render",
    "flask": "web",
    "apscheduler": "schedule",
    "requests": "http",
    "sqlalchemy": "store",
    "alembic": "store",
    "psycopg": "store",
    "nh3": "text/html.py",
    "trafilatura": "ingest/extract",
    "structlog": "logs.py",
    "protego": "http",
    "tomlkit": "catalogue",
    "granian": "web",
    "click": "cli",
    "rich": "cli",
}
"""One library, one room."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def in_room(path: str, room: str) -> bool:
    return path == room or path.startswith((f"{room}/", f"{room}.py"))


@pytest.mark.parametrize("library", ROOMS)
def test_one_library_one_room(library: str) -> None:
    """A library is imported in one room, so that it can be replaced there."""
    strangers = [
        name(path)
        for path in MODULES
        if any(found.split(".")[0] == library for found in imports(path)) and not in_room(name(path), ROOMS[library])
    ]
    assert not strangers


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A module's docstring begins with its responsibility, in one line."""
    if "migrations/versions" in name(path) and path.name == "__init__.py":
        return
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring
    assert docstring.splitlines()[0].strip()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_short_enough_to_sit_with(path: Path) -> None:
    """A module stays under about 400 lines, a function under about 40."""
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 500
    if "migrations/versions" in name(path):
        return
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno + 1 > 50
    ]
    assert not long


def test_the_clock_is_read_once() -> None:
    """`datetime.now` occurs in one place: the moment is an argument everywhere else."""
    readers = [name(path) for path in MODULES if re.search(r"datetime\.(now|utcnow|today)\(", path.read_text("utf-8"))]
    assert readers == ["service.py"]


@pytest.mark.parametrize(("maker", "room"), [("SafeHtml", "text/html.py"), ("Url", "text/url.py")])
def test_safety_is_a_type(maker: str, room: str) -> None:
    """Only the room that makes a value safe may call it so."""
    makers = [
        name(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == maker
    ]
    assert set(makers) == {room}


def test_only_the_store_reads_safe_values_back() -> None:
    """`stored` trusts what `sanitise` and `canonical` made; nobody but the store has such text."""
    readers = {
        name(path)
        for path in MODULES
        if any(found in {"syndicator.text.html.stored", "syndicator.text.url.stored"} for found in imports(path))
    }
    assert readers <= {"store/rows.py"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_children_never_import_their_parent(path: Path) -> None:
    """A package may import its modules, never the other way round."""
    parts = ("syndicator", *path.relative_to(PACKAGE).with_suffix("").parts)
    if parts[-1] == "__init__" or len(parts) < 3:
        return
    parent = ".".join(parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == parent:
            siblings = {child.stem for child in path.parent.iterdir()}
            assert {alias.name for alias in node.names} <= siblings


def test_sources_name_no_place_of_this_machine() -> None:
    """The project speaks of itself alone: no path of the machine that it was written on, no registry's host."""
    told = re.compile(r"/work/|/root/|pypi\.org|pythonhosted|registry\.npmjs|\.library")
    files = [
        path
        for folder in ("syndicator", "tests", "benchmarks", "demo", "docs", "config", "feeds", "requirements")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml", ".md", ".txt", ".html", ".css"} and path != Path(__file__)
    ]
    assert [path for path in files if told.search(path.read_text("utf-8", "replace"))] == []
