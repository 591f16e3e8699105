"""Hostile sources beside good ones, through the real worker: every good one is stored, each bad one told in a line."""

import queue
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from benchmarks.outlets import HOSTILE, serve
from syndicator.http import HttpDoor, Limits
from syndicator.schedule.clockwork import Clockwork
from syndicator.service import opened
from syndicator.settings import load
from tests.support.days import settings
from tests.support.houses import furnish, publisher
from tests.support.waiting import wait_for

EACH = 40
REASONS = {
    "dying": "truncated",
    "silent": "connect",
    "dripping": "deadline",
    "slow_headers": "deadline",
    "looping": "redirect",
    "wandering": "redirect",
    "bombing": "too_large",
    "bombing_twice": "not_a_feed",
    "bombing_redirect": "refused",
    "endless": "too_large",
    "lying": "not_a_feed",
    "nothing": "not_a_feed",
    "nested": "limit",
    "padded": "limit",
    "garbage": "connect",
    "failing": "http",
}


LONG = ("nested", "padded")
"""Of hundreds of thousands of items the newest are read, if that does not take too long."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the outlets listen, good and hostile."""
    told: queue.SimpleQueue[int] = queue.SimpleQueue()
    threading.Thread(target=serve, args=(told.put,), daemon=True).start()
    return told.get(timeout=10)


def test_good_sources_live_beside_hostile_ones(home: Path, tmp_path: Path, port: int) -> None:
    """Servers that die, drip, lie, loop or bomb cost themselves: a plain line each, and little memory for all."""
    kinds = [list(HOSTILE)[n % len(HOSTILE)] for n in range(EACH)]
    files = {
        f"config/sources/h{n}.toml": publisher(
            f"h{n}",
            bad=f'url = "http://h{n}.example.com:{port}/{kind}/{n}"',
            good=f'url = "http://h{n}.example.com:{port}/conditional/{n}"',
        )
        for n, kind in enumerate(kinds)
    }
    furnish(home, settings(gap=0.01, tick=0.2) | files)
    environ = {"SYNDICATOR_HOME": str(home), "SYNDICATOR_DATABASE_URL": f"sqlite:///{tmp_path / 's.db'}"}
    door = HttpDoor(
        Limits(deadline=1.5),
        user_agent="Tester/1.0",
        allow_private=["127.0.0.0/8"],
        ports={port},
        resolve=lambda _host, port, *_: [(2, 1, 6, "", ("127.0.0.1", port))],
        gap=0.01,
    )
    with closing(door), opened(load(environ), write=True, door=door) as service:
        before = psutil.Process().memory_info().rss
        clockwork = Clockwork(service)
        clockwork.start()
        wait_for(lambda: all(state.last_poll for state in service.store.states().values()), 60)
        clockwork.stop()
        after = psutil.Process().memory_info().rss
        glances = {glance.source.id: glance for glance in service.sources_at_a_glance()}
        stored = service.store.count_articles()
    assert EACH * 2 <= stored <= EACH * 2 + sum(kind in LONG for kind in kinds)
    assert {glances[f"h{n}/good"].health for n in range(EACH)} == {"well"}
    ill = [(n, kind) for n, kind in enumerate(kinds) if kind not in LONG]
    assert [(kind, glances[f"h{n}/bad"].state.reason) for n, kind in ill] == [(kind, REASONS[kind]) for _, kind in ill]
    for n, kind in enumerate(kinds):
        state = glances[f"h{n}/bad"].state
        if kind in LONG and state.error is None:
            assert "older items were left out" in state.notes[0]
            continue
        error = state.error
        assert "\n" not in error
        assert error.endswith(".")
        assert "Traceback" not in error
        assert len(error) < 300
    assert (after - before) >> 20 < 200
