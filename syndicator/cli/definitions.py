"""The commands about what people write: check the definitions, and make the first ones."""

import os
import shutil
import sys
from pathlib import Path

import click

from syndicator import catalogue
from syndicator.cli.house import settings
from syndicator.errors import ConfigurationError


@click.command()
def check() -> None:
    """Validate all definitions; print every mistake with file, definition and key."""
    mistakes: list[str] = []
    found, home = None, Path(os.environ.get("SYNDICATOR_HOME") or ".").resolve()
    try:
        home = settings().home
    except ConfigurationError as error:
        mistakes += error.mistakes
    try:
        found = catalogue.load(home)
    except ConfigurationError as error:
        mistakes += [mistake for mistake in error.mistakes if mistake not in mistakes]
    for mistake in mistakes:
        click.echo(mistake)
    if mistakes or found is None:
        click.echo(f"{len(mistakes)} {'mistake' if len(mistakes) == 1 else 'mistakes'}")
        sys.exit(1)
    click.echo(
        f"no mistakes: {len(found.publishers)} publishers with {len(found.sources)} sources,"
        f" {len(found.topics)} topics, {len(found.feeds)} feeds"
    )


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def init(directory: Path) -> None:
    """Write a starter config/ and feeds/ to DIRECTORY. What is there already stays as it is."""
    starter = _starter()
    written = 0
    for folder in ("config", "feeds"):
        for path in sorted((starter / folder).rglob("*.toml")):
            target = directory / path.relative_to(starter)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                written += 1
    (directory / "data").mkdir(parents=True, exist_ok=True)
    click.echo(f"{written} files written below {directory}")
    click.echo(f"next: SYNDICATOR_HOME={directory} syndicator check, then syndicator run")


def _starter() -> Path:
    """The definitions that the program ships with: inside an installed wheel, or the repository's own."""
    here = Path(__file__).parents[1]
    return here / "starter" if (here / "starter").is_dir() else here.parent
