"""The commands that look: how the sources are, which feeds are published, why an article has its topics."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syndicator.cli.house import ago, house, out
from syndicator.errors import ConfigurationError
from syndicator.ingest.classify import WORDS, Reading
from syndicator.ingest.habits import in_words
from syndicator.model import Article
from syndicator.service import Glance, Service, now

SOURCES = ("source", "health", "last success", "next poll", "why", "new/day", "last error", "notes", "habits")


def sources_at_a_glance() -> None:
    """What `syndicator sources` shows."""
    with house(write=False) as service:
        rows = [_glance(row) for row in service.sources_at_a_glance()]
    if out.is_terminal:
        show_sources(out, rows)
    else:
        for row in rows:
            click.echo("\t".join(row))


def show_sources(console: Console, rows: Iterable[Sequence[str]]) -> None:
    """As a table that fits the console: names and numbers whole, sentences wrapped."""
    table = Table(box=None, expand=True, padding=(0, 1, 0, 0))
    for name in SOURCES:
        sentence = name in {"why", "last error", "notes", "habits"}
        table.add_column(
            name,
            ratio={"source": 5, "why": 3, "last error": 4, "notes": 3, "habits": 3}.get(name),
            no_wrap=not sentence and name != "source",
            overflow="fold",
            justify="right" if name == "new/day" else "left",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table, soft_wrap=False)


def _glance(row: Glance) -> tuple[str, ...]:
    """One source's cells, each on one line."""
    moment = now()
    cells = (
        row.source.id,
        row.health,
        ago(row.state.last_success, moment),
        "stopped" if row.state.stopped else ago(row.state.next_poll, moment) if row.state.next_poll else "now",
        row.state.why,
        f"{row.new_a_day:.1f}",
        row.state.error or "",
        "; ".join(row.state.notes),
        "; ".join(in_words(row.state.habits)),
    )
    return tuple(" ".join(cell.split()) for cell in cells)


@click.command()
def feeds() -> None:
    """The published feeds: address, title, what they choose, how fresh they are."""
    with house(write=False) as service:
        table = Table("address", "title", "chooses", "last change", box=None)
        for feed in service.catalogue.feeds.values():
            document = service.document(feed.path, "atom")
            choice = ", ".join(
                f"{name}: {' '.join(sorted(getattr(feed, name)))}"
                for name in ("topics", "sources", "languages")
                if getattr(feed, name)
            )
            changed = ago(document.last_modified if document else None, now())
            table.add_row(f"/feeds/{feed.path}", feed.title, choice or "everything", changed)
        out.print(table)


@click.command()
@click.argument("what")
def explain(what: str) -> None:
    """Show which phrase in which place gave an article its labels. WHAT is an address, an id, a file or '-'."""
    with house(write=False) as service:
        article = _article(service, what)
        definitions = service.definitions
        labellers = (("topic", definitions.topics), ("place", definitions.places), ("person", definitions.people))
        out.print(f"{article.title}\n{article.url}\n", markup=False)
        table = Table("label", "score", "in", "phrase", "as written", "weight", "", box=None)
        for kind, labeller in labellers:
            for found in labeller.explain(article):
                note = f"masked by {found.masked_by}" if found.masked_by else ""
                score = f"{found.score:.1f} {'yes' if found.carried else 'no'}"
                label = f"{kind} {found.label}"
                table.add_row(label, score, found.place, found.phrase, found.matched, f"{found.weight:.1f}", note)
        out.print(table)
        if Reading(article).cut:
            out.print(f"Only its first {WORDS:,} words were looked at.")
        given = sorted(set(article.topics) - set(definitions.topics.label(article)))
        if given:
            out.print(f"given by its sources: {' '.join(given)}")
        for name in ("topics", "places", "people", "feeds"):
            out.print(f"{name}: {', '.join(getattr(article, name)) or 'none'}")


def _article(service: Service, what: str) -> Article:
    """A stored article, or the text of a file or of standard input: its first line is the title."""
    if (article := service.find_article(what)) is not None:
        return article
    if what == "-":
        text = sys.stdin.read()
    elif Path(what).is_file():
        text = Path(what).read_text("utf-8", "replace")
    else:
        raise ConfigurationError([f"{what}: no stored article has this address or id, and there is no such file"])
    return service.as_article(text)
