"""What is asked about neighbours stays bounded, however many say the same."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest

from syndicator.ingest.cluster import WINDOW, drafted
from syndicator.ingest.pipeline import gather
from syndicator.model import Article, Member
from syndicator.store import Store, open_database
from syndicator.store.stories import CANDIDATES, neighbours
from syndicator.text.html import from_text
from syndicator.text.signature import Frequencies, signature
from tests.support.articles import MOMENT, article

TEMPLATE = (
    "نشرة أسعار الخضار في سوق الهال اليوم كما أوردتها غرفة التجارة في دمشق وفيها سعر كيلو البندورة والبطاطا والخيار"
    " والبصل والباذنجان مع مقارنة بأسعار الأسبوع الماضي في أسواق حلب وحمص"
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    database = open_database(database_url.replace("postgresql://", "postgresql+psycopg://"), write=True)
    yield Store(database)
    database.close()


def repeated(number: int, gap: timedelta) -> Article:
    """The same report but for a number."""
    moment = MOMENT + number * gap
    said = f"{TEMPLATE} رقم النشرة {number}"
    return article(
        number, title="نشرة الأسعار", summary=said, body=from_text(""), published=moment, updated=moment, images=()
    )


def save(store: Store, batch: Sequence[Article]) -> list[Member]:
    with store.writing() as transaction:
        told = gather(transaction, batch)
        transaction.save([(None, each) for each in batch], MOMENT)
        transaction.remember([member for member, _ in told], {each.article: draft for each, draft in told}, MOMENT)
    return [member for member, _ in told]


@contextmanager
def counted(store: Store) -> Iterator[list[int]]:
    """How many hundreds of instructions SQLite's machine ran."""
    steps = [0]

    def count() -> None:
        steps[0] += 1

    assert store.database.writer is not None
    with store.database.writer.connect() as connection:
        driver = connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(count, 100)
    yield steps
    driver.set_progress_handler(None, 0)


@pytest.mark.parametrize("gap", [timedelta(0), MINUTE], ids=["undated", "dated"])
def test_what_a_template_costs_stays_flat(sqlite_url: str, gap: timedelta) -> None:
    """A source that says the same thousands of times costs the database no more for the last article than for an
    early one, whether its items have dates or all fall on the moment of the poll."""
    database = open_database(sqlite_url, write=True)
    store, costs, number = Store(database), [], 0
    while number < 2000:
        with counted(store) as steps, store.writing() as transaction:
            gather(transaction, [repeated(n, gap) for n in range(number, number + 20)])
        costs.append(steps[0])
        save(store, [repeated(n, gap) for n in range(number, number + 200)])
        number += 200
    database.close()
    assert max(costs[2:]) <= 1.5 * costs[1], costs


def test_few_neighbours_are_loaded(store: Store) -> None:
    """Of hundreds that share keys with an article, some dozens are loaded, and they lead to its story."""
    members = [
        member
        for start in range(0, 400, 100)
        for member in save(store, [repeated(start + n, MINUTE) for n in range(100)])
    ]
    assert {member.story for member in members} == {members[0].article}
    asked = repeated(400, MINUTE)
    own = signature(drafted(asked), Frequencies(0, {}))
    with store.database.reading() as connection:
        found = neighbours(connection, [(asked.published, own)], WINDOW)
    assert 0 < len(found) <= CANDIDATES
    assert {member.story for member in found} == {members[0].article}


def test_a_template_that_never_ends_falls_into_stories(store: Store) -> None:
    """What is repeated for weeks is a story every three days; each is found by those that follow, however many."""
    gap = timedelta(hours=1)
    members = [
        member for start in range(0, 240, 40) for member in save(store, [repeated(start + n, gap) for n in range(40)])
    ]
    began = {member.story: member.began for member in members}
    assert len(began) == -(-240 // 73)
    assert all(member.published - began[member.story] <= WINDOW for member in members)
