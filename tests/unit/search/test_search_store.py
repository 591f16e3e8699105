"""The rules of `syndicator.store.search`, on both databases."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from syndicator.choice import Choice
from syndicator.evaluate.search import fill, read
from syndicator.model import Origin
from syndicator.store import Search, Store, migrations, open_database
from syndicator.store.search import place_of
from syndicator.store.tables import searchable
from syndicator.text.html import from_text
from syndicator.text.query import parse
from tests.support import newsroom
from tests.support.articles import MOMENT, article

GOLD = Path(__file__).parents[2] / "data" / "search" / "search.toml"
COUNT = 1500
QUERIES = 200
NOUNS = [
    "سوريا",
    "مصر",
    "لبنان",
    "وزير",
    "مدرسة",
    "مدينة",
    "قرار",
    "نفط",
    "غاز",
    "مطر",
    "حكومة",
    "صحيفة",
    "طائرة",
    "لاجئ",
    "قمة",
    "صاروخ",
    "مباراة",
    "كتاب",
    "سوق",
    "مستشفى",
]
VERBS = ["يعلن", "تعلن", "يزور", "تفتتح", "يرفض", "ترفض", "يؤكد", "تؤكد", "يناقش", "تناقش"]
PREFIXES = ("", "", "", "ال", "وال", "بال", "لل", "و", "ب", "ل")
ENDINGS = ("", "", "", "ين", "ات", "ها", "ي", "ية", "ون")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    yield from opened(database_url)


def opened(url: str) -> Iterator[Store]:
    database = open_database(url.replace("postgresql://", "postgresql+psycopg://"), write=True)
    migrations.upgrade(database)
    yield Store(database)
    database.close()


def save(store: Store, *articles) -> None:
    with store.writing() as transaction:
        newsroom.save(transaction, articles, MOMENT)


def found(store: Store, query: str, **asked) -> list[str]:
    kept = {name: asked.pop(name) for name in ("since", "until", "limit", "before") if name in asked}
    return [hit.article for hit in Search(store.database).find(Choice(query=query, **asked), **kept)]


def test_answers_are_those_of_the_gold(store: Store) -> None:
    """Forms, nisba, plurals, phrases, exclusion and OR find what they should, alike on both databases."""
    texts, queries = read(GOLD)
    names = fill(store, texts)
    for query, wanted in queries.items():
        assert {names[key] for key in found(store, query, limit=99)} == wanted, query


def word(chance: random.Random) -> str:
    noun = chance.choice(NOUNS)
    return chance.choice(PREFIXES) + noun.removesuffix("ة") + chance.choice(ENDINGS)


def test_two_hundred_answers_are_equal_on_both_databases(tmp_path: Path, postgresql_server: str) -> None:
    """The same hits in the same order, on SQLite and PostgreSQL, with and without a filter, page by page."""
    chance = random.Random(11)
    written = [
        article(
            n,
            title=" ".join([chance.choice(VERBS), word(chance), word(chance)]),
            summary=" ".join(word(chance) for _ in range(8)),
            body=from_text(" ".join(word(chance) for _ in range(20))),
            published=MOMENT - timedelta(minutes=chance.randrange(600)),
            topics=(chance.choice(("health", "syria")),),
        )
        for n in range(COUNT)
    ]
    shapes = ("{0}", "{0} {1}", '"{0} {1}"', "{0} -{1}", "{0} OR {1}", '{0} -"{1} {2}"', "{0} | {1} {2}")
    asked = [chance.choice(shapes).format(*(word(chance) for _ in range(3))) for _ in range(QUERIES)]
    answers = []
    for url in (f"sqlite:///{tmp_path / 'a.db'}", fresh(postgresql_server)):
        for store in opened(url):
            save(store, *written)
            search = Search(store.database)
            pages = []
            for number, query in enumerate(asked):
                choice = Choice(query=query, topics=frozenset({"health"} if number % 2 else ()))
                first = search.find(choice, limit=10)
                pages.append([first, search.find(choice, limit=10, before=first[-1].place) if first else []])
            answers.append(pages)
    assert answers[0] == answers[1]
    assert sum(len(first) for first, _ in answers[0]) > QUERIES


def fresh(server: str) -> str:
    import uuid

    import psycopg

    name = f"s{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


def test_newest_first_and_last_come_first_within_a_second(store: Store) -> None:
    """The order of an answer is the date, then the order of arrival, and `before` goes on where a page ended."""
    written = [
        replace(article(n, published=MOMENT - timedelta(seconds=n // 3)), id=str(UUID(int=(n * 7919 % 97) << 100)))
        for n in range(1, 31)
    ]
    save(store, *written)
    arrived = {a.id: at for at, a in enumerate(written)}
    order = [a.id for a in sorted(written, key=lambda a: (a.published.replace(microsecond=0), arrived[a.id]))][::-1]
    assert found(store, "المركز", limit=99) == order
    search, pages, before = Search(store.database), [], None
    while hits := search.find(Choice(query="المركز"), limit=7, before=before):
        pages += [hit.article for hit in hits]
        before = hits[-1].place
    assert pages == order


def test_two_articles_of_one_place_are_both_found(store: Store) -> None:
    """Articles of one second whose numbers end alike stand one behind the other."""
    one, two = (article(n, published=MOMENT) for n in (1, 2))
    save(store, one)
    taken = place_of(1, MOMENT)
    with store.database.writing() as connection:
        connection.execute(update(searchable).values(place=taken + 1))
    save(store, two)
    assert set(found(store, "المركز")) == {one.id, two.id}


def test_the_index_follows_the_article(store: Store) -> None:
    """A corrected article is found by its new words only, a withdrawn one not at all, a deleted one neither."""
    first = article(1, title="افتتاح مكتبة", summary="", body=from_text("نص"))
    save(store, first)
    save(store, replace(first, title="افتتاح متحف", updated=MOMENT))
    assert found(store, "مكتبة") == []
    assert found(store, "متحف") == [first.id]
    save(store, replace(first, title="افتتاح متحف", withdrawn=True))
    assert found(store, "متحف") == []
    second = article(2, title="معرض زهور")
    save(store, second)
    later = MOMENT + timedelta(days=1)
    store.prune(articles_before=later, polls_before=later, keep=set())
    assert found(store, "زهور") == []


def test_filters_narrow(store: Store) -> None:
    """Topics, places, sources, publishers, languages and dates narrow an answer, each by one of its values."""
    one = article(1)
    two = replace(
        article(2, language="ar-SY", topics=("sport",), places=("EG",)),
        origins=(Origin(source="furat/health", guid="x", fingerprint="0"),),
    )
    save(store, one, two)
    assert found(store, "المركز", topics=frozenset({"health", "x"})) == [one.id]
    assert found(store, "المركز", places=frozenset({"EG"})) == [two.id]
    assert found(store, "المركز", sources=frozenset({"furat"})) == [two.id]
    assert found(store, "المركز", sources=frozenset({"nahr/main"})) == [one.id]
    assert found(store, "المركز", sources=frozenset({"nah"})) == []
    assert found(store, "المركز", languages=frozenset({"ar"})) == [one.id, two.id]
    assert found(store, "المركز", languages=frozenset({"ar-sy"})) == [two.id]
    assert found(store, "المركز", since=one.published) == [one.id]
    assert found(store, "المركز", until=one.published) == [two.id]


def test_articles_stored_before_are_indexed_by_the_migration(store: Store) -> None:
    """What was stored without an index is in it after the migration."""
    from syndicator.store.search import index_all
    from syndicator.store.tables import searchable

    save(store, *(article(n) for n in range(1, 8)), article(9, withdrawn=True))
    with store.database.writing() as connection:
        connection.execute(searchable.delete())
    assert found(store, "المركز") == []
    with store.database.writing() as connection:
        index_all(connection)
    assert len(found(store, "المركز")) == 7


def test_no_query_is_an_error_in_the_database(store: Store) -> None:
    """Whatever a reader types, the answer is a list."""
    save(store, article(1))
    for text in (
        "'",
        '"',
        "a:b",
        "a*",
        "(",
        ") OR (",
        "NEAR(a b)",
        "\\",
        "a & !b",
        "^",
        "- -",
        "-",
        "{a}",
        "%s :query",
        "المركز'",
    ):
        assert isinstance(found(store, text), list)
    assert parse("المركز'")
