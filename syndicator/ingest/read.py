"""Parse, normalise, tidy: all that runs in the killable box for one whole answer.

Apart from `pipeline`, because a box imports this module and nothing that knows the network or the database.
"""

from dataclasses import replace
from datetime import datetime

from syndicator.ingest.extract import clean_body
from syndicator.ingest.normalise import normalise
from syndicator.ingest.parse import parse
from syndicator.model import Article, Channel, Response, Source
from syndicator.text.language import detect

PRELOAD = ("syndicator.ingest.read:warm",)
"""What a box that reads answers is started with (`box.Boxes`)."""


def read(response: Response, source: Source, moment: datetime) -> tuple[Channel, tuple[Article, ...]]:
    """What an answer holds: what the publisher says of the whole (no entries), and the articles.

    Raises `ParseError` when it holds nothing that can be read.
    """
    channel = parse(response, source)
    articles = normalise(channel, source, url=response.url, moment=moment)
    return replace(channel, entries=()), tuple(_tidy(article) for article in articles)


def _tidy(article: Article) -> Article:
    body, _cuts = clean_body(article.body, title=article.title, images=article.images)
    return replace(article, body=body)


def warm() -> None:
    """Loads what is loaded at its first use - the language model unpacks a file - before a box closes its doors."""
    detect("هذه جملة تكفي لمعرفة اللغة")
    detect("this sentence is enough to tell the language")
