"""The inbox: what a process that may not write hands to the one that may."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicator.store import Inbox, migrations, open_database
from tests.support.articles import MOMENT

ROOM, LEASE = (100, 50), timedelta(minutes=1)


@pytest.fixture
def url(database_url: str) -> Iterator[str]:
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    database = open_database(url, write=True)
    migrations.upgrade(database)
    yield url
    database.close()


@pytest.fixture
def inbox(url: str) -> Iterator[Inbox]:
    box = Inbox(url)
    yield box
    box.close()


def take(inbox: Inbox, moment=MOMENT, **changes) -> list[list[str]]:
    groups = inbox.take(("note",), moment, **{"lease": LEASE, "keys": 10, "each": 10} | changes)
    return sorted([letter.about["n"] for letter in group] for group in groups)


def put(inbox: Inbox, key: str, n: str, **changes) -> bool:
    return inbox.put("note", key, {"n": n}, MOMENT, **{"room": ROOM} | changes)


def test_comes_out_as_it_went_in(inbox: Inbox) -> None:
    """Facts, bytes and the order of one key's letters arrive unchanged; other kinds stay."""
    body = bytes(range(256))
    inbox.put("note", "سوريا", {"n": "1", "text": 'نص «مع» " كل شيء'}, MOMENT, room=ROOM, body=body)
    inbox.put("other", "سوريا", {}, MOMENT, room=ROOM)
    [[letter]] = inbox.take(("note",), MOMENT, lease=LEASE, keys=5)
    assert (letter.key, letter.body, letter.about["text"]) == ("سوريا", body, 'نص «مع» " كل شيء')


def test_one_key_at_a_time_in_order(inbox: Inbox) -> None:
    """Letters of one key come in their order and never while another of that key is out; keys do not wait."""
    for key, n in (("a", "1"), ("b", "2"), ("a", "3")):
        put(inbox, key, n)
    assert take(inbox, each=1) == [["1"], ["2"]]
    put(inbox, "c", "4")
    assert take(inbox, each=1) == [["4"]]
    assert take(inbox, MOMENT + LEASE, keys=1) == [["1", "3"]]


def test_done_is_gone_and_put_back_waits(inbox: Inbox) -> None:
    """What is done never comes again; what is put back comes when it is due, and knows how often."""
    put(inbox, "a", "1")
    put(inbox, "b", "2")
    [[one], [two]] = inbox.take(("note",), MOMENT, lease=LEASE, keys=5)
    inbox.done([one])
    inbox.put_back([two], MOMENT + 2 * LEASE)
    assert take(inbox, MOMENT + LEASE) == []
    [[again]] = inbox.take(("note",), MOMENT + 2 * LEASE, lease=LEASE, keys=5)
    assert (again.id, again.tries) == (two.id, 1)


def test_survives_its_reader(inbox: Inbox, url: str) -> None:
    """A letter that was out when its reader died comes again: at once on SQLite, else when its lease is over."""
    put(inbox, "a", "1")
    assert take(inbox) == [["1"]]
    other = Inbox(url)
    other.release_orphans()
    assert take(other) == ([["1"]] if url.startswith("sqlite") else [])
    assert take(other, MOMENT + LEASE) == [["1"]]
    other.close()


def test_room(inbox: Inbox) -> None:
    """No kind and no key takes more than its room."""
    assert [put(inbox, "a", "1", room=(3, 2)) for _ in range(3)] == [True, True, False]
    assert [put(inbox, "b", "1", room=(3, 2)) for _ in range(2)] == [True, False]


def test_many_writers(url: str) -> None:
    """Many processes and threads put letters at once, and every one arrives."""
    boxes = [Inbox(url) for _ in range(4)]
    results: list[bool] = []

    def write(box: Inbox, name: str) -> None:
        results.extend([put(box, name, f"{name}{n}") for n in range(10)])

    threads = [threading.Thread(target=write, args=(box, f"k{n}")) for n, box in enumerate(boxes * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [True] * 80
    assert sum(map(len, take(boxes[0]))) == 80
    for box in boxes:
        box.close()
