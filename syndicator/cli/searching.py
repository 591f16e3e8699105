"""The command that searches the stored articles."""

from datetime import datetime

import click
from rich.text import Text

from syndicator.choice import Choice
from syndicator.cli.house import house, out
from syndicator.errors import ConfigurationError
from syndicator.model import Article
from syndicator.service import now
from syndicator.text import dates
from syndicator.text.query import Query, parse
from syndicator.text.words import folded


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--topic", "topics", multiple=True, help="Only articles with this topic; more than once: with either.")
@click.option("--place", "places", multiple=True, help="Only articles about this country (ISO 3166, such as SY).")
@click.option("--source", "sources", multiple=True, help="Only articles of this publisher or source.")
@click.option("--language", "languages", multiple=True, help="Only articles in this language (BCP 47).")
@click.option("--since", help="Only articles published at this date or later.")
@click.option("--until", help="Only articles published before this date.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Articles at most.")
def search(
    query: tuple[str, ...],
    topics: tuple[str, ...],
    places: tuple[str, ...],
    sources: tuple[str, ...],
    languages: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int,
) -> None:
    """Search the stored articles, newest first.

    All words of QUERY must occur, in any of their Arabic forms; "several words" are a phrase, OR is either, -word must
    not occur (put -- before a QUERY that begins with one).
    """
    words = " ".join(query)
    parsed = parse(words)
    if not parsed:
        raise ConfigurationError(["QUERY: must ask for a word at least, such as 'هدنة -غزة'"])
    choice = Choice(
        topics=frozenset(topics),
        places=frozenset(place.upper() for place in places),
        sources=frozenset(sources),
        languages=frozenset(languages),
        query=words,
    )
    with house(write=False) as service:
        hits = service.search.find(choice, since=_date("since", since), until=_date("until", until), limit=limit)
        for article in service.store.articles(hit.article for hit in hits):
            _show(article, parsed)


def _date(name: str, raw: str | None) -> datetime | None:
    if raw is None:
        return None
    moment = dates.read(raw, moment=now(), bounded=False).at
    if moment is None:
        raise ConfigurationError([f"--{name}: must be a date such as 2026-03-14 (it is {raw!r})"])
    return moment


def _show(article: Article, query: Query) -> None:
    """Two lines: when and what, with what was found in bold; where."""
    line = Text(f"{article.published:%Y-%m-%d %H:%M}  ")
    title = Text(article.title)
    for start, end in query.spans(folded(article.title)):
        title.stylize("bold", start, end)
    publishers = article.publishers
    out.print(line + title)
    out.print(Text(f"  {' '.join(publishers)}  {article.url}", style="dim"))
