"""Rendering a feed reads what its page shows, however much is stored."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from syndicator.service import now
from tests.support.articles import MOMENT, article
from tests.support.houses import furnish, house, publisher

WHOLE = re.compile(
    r"SCAN (?!CONSTANT)|\(feed=\? AND withdrawn=\?\)|routes USING (?!INDEX ix_routes_feed_published)[^(]*\(feed=\?\)"
    r"|\(feed=\?\).*TEMP B-TREE FOR ORDER BY"
)
"""A plan of SQLite's that walks over a table or over all that a feed ever carried, or sorts it."""


@pytest.mark.parametrize("feed", ["arabic", "syria"])
def test_no_statement_walks_over_a_feed(home: Path, feed: str) -> None:
    """No statement behind an edition reads a whole table, or all routes of a feed: each goes through an index."""
    furnish(home, {"config/sources/nahr.toml": publisher("نهر", main='url = "https://nahr.example.com/rss"')})
    with house(home, f"sqlite:///{home / 'syndicator.db'}") as service:
        with service.store.writing() as transaction:
            labelled = [service.definitions.label(article(number, topics=())) for number in range(1, 130)]
            transaction.save([(None, each) for each in labelled], now())
        asked = []

        def note(_connection: Connection, _cursor, statement: str, parameters, *_) -> None:
            asked.append((statement, parameters))

        engine = service.store.database.reader
        event.listen(engine, "before_cursor_execute", note)
        edition = service.publisher.edition(service.catalogue.feeds[feed], MOMENT)
        service.store.newest(feed, 50)
        event.remove(engine, "before_cursor_execute", note)
        assert edition.articles
        assert len(asked) >= 5
        with engine.connect() as connection:
            for statement, parameters in asked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
                steps = "; ".join(row[3] for row in plan)
                assert not WHOLE.search(steps), (statement, steps)
