"""The demo's home: its own sources and settings, with the project's topics and feeds.

Of the project's feeds those are taken that choose by topic or language; those that name sources name the real ones,
which the demo does not have.
"""

import shutil
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIG = Path(__file__).parent / "config"
PLACE = "@NEWSROOM@"
"""Stands in the sources for the newsroom's address."""


def make_home(home: Path, newsroom: str) -> None:
    """Writes `config/`, `feeds/` and an empty `data/` below `home`."""
    (home / "data").mkdir()
    (home / "config" / "sources").mkdir(parents=True)
    shutil.copyfile(CONFIG / "settings.toml", home / "config" / "settings.toml")
    shutil.copytree(ROOT / "config" / "topics", home / "config" / "topics")
    for path in sorted((CONFIG / "sources").glob("*.toml")):
        text = path.read_text("utf-8").replace(PLACE, newsroom)
        (home / "config" / "sources" / path.name).write_text(text, "utf-8")
    for path in sorted((ROOT / "feeds").rglob("*.toml")):
        text = path.read_text("utf-8")
        if "sources" not in tomllib.loads(text):
            target = home / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
