"""The store keeps its promises alike on SQLite and PostgreSQL."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicator.errors import LeaseLost, SchemaMismatch, StoreBusy, StoreError
from syndicator.ingest.identity import assign
from syndicator.model import Lease, Outcome, Poll, SourceState, Validators
from syndicator.store import Store, migrations, open_database
from syndicator.store.tables import in_metadata, metadata
from tests.support import newsroom
from tests.support.articles import MOMENT, article, rich

HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=5)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    database = open_database(url, write=True)
    migrations.upgrade(database)
    yield Store(database)
    database.close()


def save(store: Store, *articles, moment=MOMENT) -> None:
    with store.writing() as transaction:
        newsroom.save(transaction, articles, moment)


def poll(source: str = "nahr/main", **changes) -> Poll:
    return Poll(**({"source": source, "at": MOMENT, "outcome": Outcome.CHANGED} | changes))


def test_article_comes_back_as_it_was(store: Store) -> None:
    """Nothing of an article is lost or changed by storing it."""
    written = replace(rich(), feeds=("arabic", "syria"))
    save(store, written)
    assert store.articles([written.id]) == [written]


def test_found_by_origin_and_by_link(store: Store) -> None:
    """A stored article is found by any origin or link; a shared link identifies nothing."""
    first = article(1)
    save(store, first)
    other_origin = replace(first, id="x" * 36, origins=(replace(first.origins[0], source="other/feed"),))
    other_link = replace(first, id="y" * 36, url="https://nahr.example.com/moved")
    stranger = replace(other_origin, shared_link=True)
    with store.writing() as transaction:
        asked = [[other_origin], [other_link], [stranger]]
        found = [assign(each, transaction.candidates(each))[0].stored for each in asked]
    assert found == [first, first, None]


def test_old_link_still_leads_to_a_moved_article(store: Store) -> None:
    """An article that got a new link is still found by the old one."""
    first = article(1)
    save(store, first)
    moved = replace(first, url="https://nahr.example.com/moved", title="عنوان جديد")
    save(store, moved, moment=MOMENT + HOUR)
    old = replace(first, id="z" * 36, origins=(replace(first.origins[0], source="other/feed"),))
    with store.writing() as transaction:
        found = assign([old], transaction.candidates([old]))[0].stored
    assert found is not None
    assert (found.id, found.url) == (first.id, moved.url)


def test_correction_keeps_the_earlier_version(store: Store) -> None:
    """What a correction replaces stays readable, with the moment until which it was said."""
    first = article(1, feeds=("arabic",))
    save(store, first)
    save(store, replace(first, title="عنوان مصحح"), moment=MOMENT + HOUR)
    [(until, content)] = store.versions(first.id)
    assert until == MOMENT + HOUR
    assert content["title"] == first.title
    assert store.articles([first.id])[0].title == "عنوان مصحح"


def test_same_content_is_no_version_and_no_change_of_feeds(store: Store) -> None:
    """Saving what is stored already leaves no version and makes no feed stale."""
    first = article(1, feeds=("arabic",))
    save(store, first)
    revision = store.stale_feeds(MOMENT)[0].revision
    save(store, first, moment=MOMENT + HOUR)
    assert store.versions(first.id) == []
    assert store.stale_feeds(MOMENT)[0].revision == revision


def test_newest_is_in_the_order_of_publication(store: Store) -> None:
    """A feed's articles come newest first, and no more than asked for."""
    written = [article(n, feeds=("arabic",)) for n in (3, 1, 4, 2)]
    save(store, *written)
    assert [a.title for a in store.newest("arabic", 3)] == [article(n).title for n in (1, 2, 3)]


def test_withdrawn_article_leaves_the_feed_and_is_told(store: Store) -> None:
    """A withdrawn article is in no feed any more, and its feeds know since when."""
    first = article(1, feeds=("arabic",))
    save(store, first)
    save(store, replace(first, feeds=(), withdrawn=True), moment=MOMENT + HOUR)
    assert store.newest("arabic", 10) == []
    assert store.withdrawn("arabic", MOMENT, 10) == [(first.id, MOMENT + HOUR)]


def test_a_transaction_is_whole_or_nothing(store: Store) -> None:
    """Articles, validators and the next poll time are saved together; a lost lease saves none of them."""
    store.sync_sources({"nahr/main": "nahr.example.com"})
    late = store.claim_now("nahr/main", MOMENT, by="one", lease=LEASE)
    store.claim_now("nahr/main", MOMENT, by="two", lease=LEASE)
    state = replace(SourceState(source="nahr/main"), epoch=late.epoch, validators=Validators(etag='"new"'))
    with pytest.raises(LeaseLost), store.writing() as transaction:
        transaction.save([(None, article(1))], MOMENT)
        transaction.finish(state, poll())
    assert store.count_articles() == 0
    assert store.state("nahr/main").validators == Validators()
    assert store.history("nahr/main", 10) == []


def test_state_comes_back_as_it_was(store: Store) -> None:
    """All that polling taught us survives, byte-exact."""
    store.sync_sources({"nahr/main": "nahr.example.com"})
    lease = store.claim_now("nahr/main", MOMENT, by="one", lease=LEASE)
    state = SourceState(
        source="nahr/main",
        validators=Validators(etag='W/"a,b\xe9"', last_modified="Sat, 14 Mar 2026 09:26:53 +0000"),
        body_hash="f" * 64,
        next_poll=MOMENT + HOUR,
        why="its ttl",
        last_poll=MOMENT,
        last_success=MOMENT,
        failures=2,
        failing_since=MOMENT - HOUR,
        error="أخفق",
        reason="dns",
        interval=timedelta(minutes=7.5),
        ttl=HOUR,
        skip_hours=frozenset({0, 23}),
        moved_to="https://elsewhere.example.com/",
        moved_times=2,
        epoch=lease.epoch,
    )
    with store.writing() as transaction:
        transaction.finish(state, poll(new=3))
    assert store.state("nahr/main") == state
    assert store.history("nahr/main", 1)[0].new == 3


def test_claim_takes_one_a_host_and_nothing_twice(store: Store) -> None:
    """At most one source of a host is leased at a time, and a leased source is not handed out again."""
    store.sync_sources({"a/1": "a.example", "a/2": "a.example", "b/1": "b.example"})
    first = store.claim(MOMENT, by="one", lease=LEASE, limit=10)
    assert {lease.source for lease in first} == {"a/1", "b/1"}
    assert store.claim(MOMENT, by="two", lease=LEASE, limit=10) == []


def test_lease_that_ran_out_is_anyones(store: Store) -> None:
    """A lease of a worker that died is handed out again once it has run out, with a new epoch."""
    store.sync_sources({"a/1": "a.example"})
    [first] = store.claim(MOMENT, by="one", lease=LEASE, limit=1)
    assert store.claim(MOMENT + LEASE - timedelta(seconds=1), by="two", lease=LEASE, limit=1) == []
    [second] = store.claim(MOMENT + LEASE, by="two", lease=LEASE, limit=1)
    assert second.epoch == first.epoch + 1


def test_claim_leaves_the_stopped_the_resting_and_the_future_alone(store: Store) -> None:
    """No source is polled before its time, after 410, or while its host wants a rest."""
    store.sync_sources({f"{name}/1": f"{name}.example" for name in ("later", "gone", "resting", "due")})
    for name, changes in {"later": {"next_poll": MOMENT + HOUR}, "gone": {"stopped": True}}.items():
        lease = store.claim_now(f"{name}/1", MOMENT, by="one", lease=LEASE)
        with store.writing() as transaction:
            state = SourceState(source=f"{name}/1", epoch=lease.epoch)
            transaction.finish(replace(state, **changes), poll(f"{name}/1"))
    with store.writing() as transaction:
        transaction.hold_host("resting.example", MOMENT + HOUR, "429")
        transaction.hold_host("resting.example", MOMENT + HOUR / 2, "shorter, so it changes nothing")
    assert [lease.source for lease in store.claim(MOMENT, by="one", lease=LEASE, limit=9)] == ["due/1"]
    assert store.held_hosts(MOMENT) == {"resting.example": (MOMENT + HOUR, "429")}


def test_many_workers_claim_everything_once(store: Store) -> None:
    """However many threads claim at once, every due source is handed to exactly one of them."""
    store.sync_sources({f"s{n}/x": f"h{n}.example" for n in range(60)})
    taken: list[Lease] = []

    def work(name: str) -> None:
        while leases := store.claim(MOMENT, by=name, lease=LEASE, limit=3):
            taken.extend(leases)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(lease.source for lease in taken) == sorted(f"s{n}/x" for n in range(60))


def test_same_link_from_many_threads_is_one_article(store: Store) -> None:
    """Sources that bring one link at the same moment make one article: the decision is made under the lock."""
    start = threading.Barrier(8)

    def bring(number: int) -> None:
        incoming = replace(
            article(1), id=f"{number:036}", origins=(replace(article(1).origins[0], source=f"s{number}/x"),)
        )
        start.wait(10)
        with store.writing() as transaction:
            stored = assign([incoming], transaction.candidates([incoming]))[0].stored
            now = incoming if stored is None else replace(stored, origins=stored.origins + incoming.origins)
            transaction.save([(stored, now)], MOMENT)

    threads = [threading.Thread(target=bring, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert store.count_articles() == 1
    assert len(store.after("", 10)[0].origins) == 8


def test_sources_that_left_keep_what_was_learned(store: Store) -> None:
    """A source that is removed from config/ and put back again goes on where it was."""
    store.sync_sources({"a/1": "a.example"})
    lease = store.claim_now("a/1", MOMENT, by="one", lease=LEASE)
    with store.writing() as transaction:
        transaction.finish(SourceState(source="a/1", epoch=lease.epoch, next_poll=MOMENT + HOUR), poll("a/1"))
    store.sync_sources({})
    assert store.states() == {}
    store.sync_sources({"a/1": "a.example"})
    assert store.states()["a/1"].next_poll == MOMENT + HOUR


def test_prune_forgets_the_old_but_not_the_shown(store: Store) -> None:
    """Old articles go with all that belongs to them, unless a feed still shows them."""
    old, shown, young = article(100, feeds=("arabic",)), article(200), article(1)
    save(store, old, shown, young)
    limit = MOMENT - timedelta(hours=50)
    removed, _ = store.prune(articles_before=limit, polls_before=limit, keep=set())
    assert removed == 0  # they were modified a moment ago
    removed, _ = store.prune(
        articles_before=MOMENT + timedelta(seconds=1), polls_before=MOMENT, keep={shown.id, young.id}, step=2
    )
    assert removed == 1
    assert {a.id for a in store.after("", 9)} == {shown.id, young.id}
    assert store.newest("arabic", 9) == []


def test_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    """The schema that the migrations make is the schema in `tables`: no column, index or key more or less."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with store._database.reader.connect() as connection:
        options = {"compare_type": True, "include_object": in_metadata}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_newer_schema_is_refused(store: Store) -> None:
    """A database that a newer program made is not touched, and the message says what to do."""
    database = store._database
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(SchemaMismatch, match="upgrade the program"):
        migrations.check(database)


def test_an_empty_database_gets_its_tables(empty_database_url: str) -> None:
    """The first start makes the schema, on either database."""
    database = open_database(empty_database_url, write=True)
    assert not migrations.check(database)
    assert migrations.upgrade(database) == (None, migrations.head())
    assert migrations.check(database)
    database.close()


def test_migrating_twice_changes_nothing(store: Store) -> None:
    """`migrate` may be run at every release."""
    assert migrations.upgrade(store._database) == (migrations.head(), migrations.head())


def test_second_writer_of_a_sqlite_file_is_refused(tmp_path: Path) -> None:
    """Two processes never write to one SQLite file; the second is told who holds it."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    first = open_database(url, write=True)
    with pytest.raises(StoreBusy, match="pid"):
        open_database(url, write=True)
    first.close()
    open_database(url, write=True).close()


def test_reader_of_a_sqlite_file_cannot_write(tmp_path: Path) -> None:
    """The web opens the database read-only: whatever it does, it cannot change anything."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    writer = open_database(url, write=True)
    migrations.upgrade(writer)
    reader = Store(open_database(url, write=False))
    with pytest.raises(StoreError, match="reading only"):
        reader.note("x", 1)
    with pytest.raises(StoreError, match="cannot be read"), reader._reading() as connection:
        connection.execute(text("DELETE FROM meta"))
    reader.close()
    writer.close()


def test_missing_database_is_a_plain_error(tmp_path: Path) -> None:
    """A database that is not there is told in words, not by a stack trace of the driver."""
    store = Store(open_database(f"sqlite:///{tmp_path / 'none.db'}", write=False))
    with pytest.raises(StoreError, match="cannot be read"):
        store.count_articles()
    store.close()
