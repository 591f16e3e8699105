"""Parse, normalise, tidy: all that runs in the killable box for one whole answer.

Apart from `pipeline`, because a box imports this module and nothing that knows the network or the database.
"""

from dataclasses import replace
from datetime import UTC, datetime

from lxml.html import document_fromstring

from syndicator.ingest.extract import Cut, clean_body
from syndicator.ingest.extract.witness import lines_of
from syndicator.ingest.normalise import normalise
from syndicator.ingest.parse import losses, parse
from syndicator.model import NO_HABITS, Article, Channel, Habits, Response, Source
from syndicator.text.dates import parse as parse_date
from syndicator.text.language import detect
from syndicator.text.lead import lead

PRELOAD = ("syndicator.ingest.read:warm",)
"""What a box that reads answers is started with (`box.Boxes`)."""


def read(
    response: Response, source: Source, moment: datetime, habits: Habits = NO_HABITS
) -> tuple[Channel, tuple[Article, ...]]:
    """What an answer holds: what the publisher says of the whole (no entries), and the articles.

    Raises `ParseError` when it holds nothing that can be read.
    """
    channel, articles, _cuts = read_openly(response, source, moment, habits)
    return channel, articles


def read_openly(
    response: Response, source: Source, moment: datetime, habits: Habits = NO_HABITS
) -> tuple[Channel, tuple[Article, ...], tuple[tuple[Cut, ...], ...]]:
    """As `read`, and for every article what was cut from its body."""
    channel = parse(response, source)
    channel = replace(channel, notes=losses(channel))
    channel, articles = normalise(channel, source, url=response.url, moment=moment, habits=habits)
    tidied = [clean_body(article.body, title=article.title, images=article.images) for article in articles]
    whole = (
        replace(article, body=body, summary=article.summary or lead(body))
        for article, (body, _) in zip(articles, tidied, strict=True)
    )
    return replace(channel, entries=()), tuple(whole), tuple(cuts for _, cuts in tidied)


def warm() -> None:
    """Loads what is loaded at its first use - models, tables, what reads pages - before a box closes its doors."""
    lines_of(document_fromstring("<p>هذه جملة</p>"))
    parse_date("5 paź 2026 10:00 Europe/Warsaw", moment=datetime(2027, 1, 1, tzinfo=UTC))
    detect("هذه جملة تكفي لمعرفة اللغة")
    detect("this sentence is enough to tell the language")
