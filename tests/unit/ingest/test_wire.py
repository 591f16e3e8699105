"""What goes between processes: every noun arrives as it left, and a large one whole."""

import pickle
import socket
import threading
import time
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta

import pytest

from syndicator import model
from syndicator.errors import Malformed
from syndicator.ingest.wire import Line, dumps
from tests.support.articles import article, edition, rich
from tests.support.hostile import answer, source

NOUNS = [
    article(),
    rich(),
    edition(article(), rich()),
    source(),
    answer("<rss/>"),
    model.Channel(entries=(model.Entry(guid="1", geo=(1.0, 2.0)),), ttl=timedelta(hours=1), skip_hours=frozenset({3})),
    model.SourceState(source="a/b", last_poll=datetime(2026, 1, 1, tzinfo=UTC)),
    model.Topic(id="x", title="س", phrases=("أ",)),
    model.Validators(etag='"1"'),
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: type(noun).__name__)
def test_a_noun_arrives_as_it_left(noun: object) -> None:
    """Equal, of the same types all the way down, and as frozen as before."""
    there = pickle.loads(dumps(noun))
    assert there == noun
    assert _types(there) == _types(noun)
    with pytest.raises(AttributeError):
        setattr(there, fields(noun)[0].name, None)


def _types(value: object) -> object:
    if is_dataclass(value):
        return type(value), [_types(getattr(value, each.name)) for each in fields(value)]
    return (type(value), [_types(one) for one in value]) if isinstance(value, tuple) else type(value)


@dataclass(frozen=True, slots=True)
class Lonely:
    """A noun with one field, for which nothing is gained."""

    only: int


@dataclass
class Loose:
    """No noun of ours: a dataclass as anybody has them."""

    one: int
    two: int


def test_what_is_no_noun_goes_the_usual_way() -> None:
    """Errors, functions and other dataclasses are pickled as always; what cannot be pickled still cannot."""
    for value in (Lonely(1), Loose(1, 2), [datetime(2026, 1, 1, tzinfo=UTC)], {"a": 1 + 2j}):
        assert pickle.loads(dumps(value)) == value
    assert str(pickle.loads(dumps(Malformed("x")))) == "x"
    assert pickle.loads(dumps(len)) is len
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        dumps(lambda: None)


def test_a_large_message_arrives_whole() -> None:
    """More than a socket takes at once is sent in parts; a deadline ends waiting for what does not come."""
    one, other = socket.socketpair()
    with one, other:
        payload = bytes(range(256)) * 50_000
        sender = threading.Thread(target=Line(one).send, args=(payload,))
        sender.start()
        assert Line(other).receive() == payload
        sender.join()
        Line(one).send(b"")
        assert Line(other).receive() == b""
        with pytest.raises(TimeoutError):
            Line(other).receive(time.monotonic() + 0.05)
        one.close()
        with pytest.raises(EOFError):
            Line(other).receive()
