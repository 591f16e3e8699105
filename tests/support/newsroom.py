"""A house with two publishers and articles put straight into it, for tests of what goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from syndicator.model import Article
from syndicator.service import Service, now
from syndicator.store import Transaction
from tests.support.articles import MOMENT
from tests.support.houses import furnish, publisher

TOPICS = {
    f"config/topics/{name}.toml": f'title = "{title}"\nphrases = ["{title}"]\n'
    for name, title in {"countries/syria": "سوريا", "health": "صحة"}.items()
}
SOURCES = {
    "config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"'),
    "config/sources/furat.toml": publisher(
        "الفرات", health='url = "https://furat.example.net/health"', main='url = "https://furat.example.net/rss"'
    ),
}
SMALL = 'title = "قليل"\ndescription = "قليل"\nlimit = 8\nlanguages = ["ar"]\n'


def found_newsroom(home: Path, files: Mapping[str, str] | None = None) -> None:
    """Writes definitions: two topics, two publishers, the feeds `arabic`, `syria` and `small` (8 articles), and files."""
    furnish(home, {**TOPICS, **SOURCES, "feeds/small.toml": SMALL, **(files or {})})


def bring(service: Service, *articles: Article, moment: datetime = MOMENT) -> None:
    """Saves articles, each routed by the definitions, all in one transaction."""
    routed = [replace(each, feeds=service.catalogue.routes(each)) for each in articles]
    with service.store.writing() as transaction:
        save(transaction, routed, moment)


def save(transaction: Transaction, articles: Sequence[Article], moment: datetime) -> None:
    """Saves articles as they are given: new ones, and others in place of those that have their ids."""
    stored = {article.id: article for article in transaction.articles(article.id for article in articles)}
    transaction.save([(stored.get(article.id), article) for article in articles], moment)


def publish(service: Service) -> list[str]:
    """Renders what changed, with the clock's moment."""
    return service.publisher.publish(now())


def ids(articles: Sequence[Article]) -> list[str]:
    """Their ids as every format has them."""
    return [f"urn:uuid:{each.id}" for each in articles]
