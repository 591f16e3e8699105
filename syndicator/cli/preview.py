"""The command that shows what a source would give before it goes live: its items, and one article in full."""

from pathlib import Path

import click
from rich.table import Column, Table
from rich.text import Text

from syndicator import catalogue
from syndicator.cli.house import network, out, settings
from syndicator.errors import ConfigurationError
from syndicator.ingest.extract import Cut
from syndicator.ingest.habits import at_sight
from syndicator.ingest.parse import PARSERS
from syndicator.ingest.pipeline import Definitions
from syndicator.ingest.preview import Item, Preview, Shown, show
from syndicator.ingest.preview import preview as look
from syndicator.publish.render.content import article_html
from syndicator.service import now
from syndicator.text.html import from_text, text_of
from syndicator.text.url import absolute


@click.command()
@click.argument("what", metavar="SOURCE_OR_URL")
@click.option("--item", "number", type=click.IntRange(min=1), default=1, metavar="N", help="Show the Nth newest item.")
@click.option("--kind", type=click.Choice(sorted(PARSERS)), help="Read the address as this kind, without guessing.")
@click.option(
    "--full-text/--no-full-text", default=None, help="Fetch the item's page, or not, whatever the source says."
)
@click.option(
    "--html", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the item as HTML to this file."
)
def preview(what: str, number: int, kind: str | None, full_text: bool | None, file: Path | None) -> None:
    """Show what a source or an address would give: the items, one article, its labels, and what was cut and why.

    Nothing is stored, and no database is needed.
    """
    here = settings()
    definitions = Definitions(catalogue.load(here.home))
    if what not in definitions.catalogue.sources:
        what = _address(what)
    with network(here) as (door, boxes):
        seen = look(what, definitions=definitions, door=door, boxes=boxes, moment=now(), kind=kind)
        _print_items(seen)
        if not seen.items:
            return
        if number > len(seen.items):
            raise ConfigurationError([f"--item {number}: there are {len(seen.items)} items"])
        item = seen.items[number - 1]
        shown = show(item, seen, definitions=definitions, door=door, boxes=boxes, full_text=full_text)
    _print_article(number, shown)
    _print_cuts(item, shown, seen)
    _print_labels(shown)
    if file is not None:
        file.write_text(_document(shown), "utf-8")
        _line(f"\nas the web shows it: {file}")


def _address(what: str) -> str:
    """An address, or what looks like one; anything else is a source that is not there."""
    address = absolute(what if "://" in what else f"https://{what}") if "." in what or "://" in what else None
    if address is None:
        raise ConfigurationError([f"{what}: neither a source ('syndicator sources' lists them) nor an http(s) address"])
    return address


def _line(text: str) -> None:
    out.print(Text(text))


def _print_items(seen: Preview) -> None:
    response, channel = seen.response, seen.channel
    name = seen.source.id if seen.known else "no source yet"
    _line(f"{name}: {seen.source.kind} at {seen.source.url}, {seen.found}")
    size = f"{len(response.body) / 1024:.0f} KB of {response.content_type or 'no content type'}"
    moved = f", redirected to {response.url}" if response.url != seen.source.url else ""
    _line(f"status {response.status}, {size}{moved}")
    _line(f"title: {channel.title or 'none'}, language: {channel.language or 'not said'}, {len(seen.items)} items")
    for note in seen.channel.notes:
        _line(f"note: {note}")
    _line(f"habits, as far as one answer shows: {'; '.join(at_sight([item.article for item in seen.items])) or 'none'}")
    for other in seen.others:
        _line(f"also there: {other.kind} at {other.url}, {other.found}")
    table = Table("", "published", "language", "text", "pictures", Column("title", overflow="fold"), box=None)
    for number, item in enumerate(seen.items, 1):
        table.add_row(*map(Text, _row(number, item)))
    out.print()
    out.print(table)


def _row(number: int, item: Item) -> tuple[str, ...]:
    article = item.article
    if article.withdrawn:
        return (str(number), "", "", "withdrawn", "", article.title)
    date = f"{article.published:%Y-%m-%d %H:%M}" if article.dated else "no date"
    text = f"{'whole' if item.whole else 'part'}, {max(item.length, len(article.summary))}"
    return (str(number), date, article.language, text, str(len(article.images)), article.title)


def _print_article(number: int, shown: Shown) -> None:
    article = shown.article
    _line(f"\n──── item {number}\n{article.title}\n{article.url}")
    written = f"{article.published:%Y-%m-%d %H:%M} UTC" if article.dated else "no date"
    by = f", by {', '.join(article.authors)}" if article.authors else ""
    _line(f"{written}{by}, language {article.language}")
    for image in article.images:
        words = "; ".join(filter(None, (image.caption, image.credit and f"credit: {image.credit}")))
        _line(f"picture: {image.url}{f' - {words}' if words else ' - no caption, no credit'}")
    _line(f"\n{text_of(article.body) or article.summary or 'It has no text.'}")


def _print_cuts(item: Item, shown: Shown, seen: Preview) -> None:
    out.print()
    _print_some("cut from the source's text", item.cuts)
    if shown.fault:
        _line(f"its page: not read: {shown.fault}")
    elif shown.page is None:
        _line("its page: not asked (the source has no full_text)" if seen.known else "its page: not asked")
    elif shown.page.refused:
        _line(f"its page: not taken: {shown.page.refused}")
    else:
        _line(f"its page: taken, {len(text_of(shown.article.body))} characters instead of {item.length}")
        _print_some("cut from the page's text", shown.page.cuts)


def _print_some(head: str, cuts: tuple[Cut, ...]) -> None:
    _line(f"{head}: {len(cuts) or 'nothing'}")
    for cut in cuts:
        _line(f"  {cut.why}: {cut.what}")


def _print_labels(shown: Shown) -> None:
    article = shown.article
    _line(f"\ntopics: {' '.join(article.topics) or 'none'}")
    for found in shown.evidence:
        how = f"masked by {found.masked_by}" if found.masked_by else f"{found.weight:.1f}"
        verdict = f"{found.score:.1f} {'yes' if found.carried else 'no'}"
        _line(f"  {found.label} ({verdict}): {found.phrase}, in the {found.place} as {found.matched}: {how}")
    for topic in shown.given:
        _line(f"  {topic}: given by the source")
    _line(f"feeds: {' '.join(f'/feeds/{path}' for path in article.feeds) or 'none'}")


def _document(shown: Shown) -> str:
    """The article as the web shows it, in a page of its own."""
    title = from_text(shown.article.title).removeprefix("<p>").removesuffix("</p>")
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body><h1 dir="auto">{title}</h1>\n{article_html(shown.article)}\n</body></html>\n'
    )
