"""The worker: one APScheduler tick asks the database what is due; everything else is housekeeping.

The database is the queue. A claim takes due sources under a lease - one a host - for as many threads as are free.
Claims are made by one thread, which rests until a poll ends, until the moment at which the next source or host is
ready, or until the next tick, and a breath at least: polls that end together are followed by one claim. So a restart
causes no burst (the next poll times are stored), a lost worker's leases run out, and any number of workers may share
one PostgreSQL database.

Servers that hang never hold up other hosts. A source whose last poll took its time and brought nothing is claimed after
the others, and such sources get a quarter of the room together. And a poll that has been waiting for its server for
some seconds stops counting as work: its thread does nothing, so another one takes its place, up to `CROWD` times as
many.

APScheduler 3 drops a job whose turn came late (`misfire_grace_time` is one second) and runs late ones twice; so every
job here coalesces, runs once at a time and is never too late.
"""

import ctypes
import gc
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from time import monotonic

from apscheduler.schedulers.background import BackgroundScheduler

from syndicator.errors import StoreError
from syndicator.logs import logger
from syndicator.model import Lease
from syndicator.schedule.courier import Courier
from syndicator.service import Service, now

PATIENCE = 10.0
"""Seconds that polls in flight have to end when the worker is told to stop."""
REFRESH = 2.0
"""Seconds between two looks at the definition files."""
ALIVE = 10.0
"""Seconds between two signs of life in the database."""
SUBSCRIBE = 5.0
"""Seconds between two looks for hubs to subscribe to."""
TIDY = 60.0
"""Seconds between two looks for subscriptions that are over."""
NOTIFIERS, LISTENERS = 16, 4
"""Threads that deliver to our subscribers, and that read what hubs push to us."""
STALLED = 2.0
"""Seconds after which a poll that waits for its server makes room for another."""
CROWD = 4
"""Threads at the most, in multiples of those that may work."""
BREATH = 0.02
"""Seconds between two claims, at least."""
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""Names of glibc's `malloc.h`."""
LARGE = 1 << 20
"""Bytes of a block that is not kept."""

log = logger(__name__)


class Clockwork:
    """Runs the jobs of one worker until `stop`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._size = service.settings.fetch.parallel
        self._pool = ThreadPoolExecutor(self._size * CROWD, thread_name_prefix="poll")
        self._lock = threading.Lock()
        self._in_flight: dict[str, Lease] = {}
        self._wake = threading.Event()
        self._claims = threading.Thread(target=self._claim_on, name="claims", daemon=True)
        self._couriers = [Courier("notify", service.notify, NOTIFIERS), Courier("listen", service.listen, LISTENERS)]
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Starts the jobs, each of them at once, and the claims."""
        service = self._service
        service.release_orphans()
        settings = service.settings
        self._every(settings.schedule.tick, self._tick)
        self._every(max(settings.publish.settle / 2, 0.5), service.publish)
        self._every(ALIVE, service.tick)
        self._every(REFRESH, self._refresh)
        self._every(timedelta(hours=6).total_seconds(), service.prune)
        self._every(SUBSCRIBE, service.subscribe)
        self._every(TIDY, service.tidy_subscriptions)
        self._scheduler.start()
        self._claims.start()
        for courier in self._couriers:
            courier.start()
        log.info(
            "worker started",
            sources=len(service.catalogue.sources),
            parallel=self._size,
            database=service.store.dialect,
        )

    def stop(self) -> None:
        """Claims nothing more, gives polls in flight `PATIENCE` seconds, and gives all leases back."""
        self._stopping.set()
        self._wake.set()
        self._scheduler.shutdown(wait=False)
        self._claims.join(PATIENCE)
        self._pool.shutdown(wait=False, cancel_futures=True)
        last = threading.Thread(target=self._pool.shutdown, daemon=True)
        last.start()
        last.join(PATIENCE)
        for courier in self._couriers:
            courier.stop(PATIENCE)
        self._service.store.release(self._service.name)
        log.info("worker stopped", unfinished=len(self._in_flight) if last.is_alive() else 0)

    def _every(self, seconds: float, job: Callable[[], object]) -> None:
        self._scheduler.add_job(self._guarded(job), "interval", seconds=seconds, next_run_time=now(), id=job.__name__)

    def _guarded(self, job: Callable[[], object]) -> Callable[[], None]:
        """The database may be away for a while: a job that cannot reach it says so and tries again next time."""

        def run() -> None:
            if self._stopping.is_set():
                return
            try:
                job()
            except StoreError as error:
                log.warning("job postponed", job=job.__name__, why=str(error))
            except Exception:
                log.exception("job failed", job=job.__name__)

        return run

    def _tick(self) -> None:
        self._wake.set()

    def _claim_on(self) -> None:
        """The claiming thread's whole life."""
        rest = 0.0
        while not self._stopping.is_set():
            self._wake.wait(rest)
            self._wake.clear()
            rest = self._service.settings.schedule.tick
            try:
                rest = min(rest, self._fill())
            except StoreError as error:
                log.warning("claim postponed", why=str(error))
            except Exception:
                log.exception("claim failed")
            self._stopping.wait(BREATH)

    def _fill(self) -> float:
        """Claims as many due sources as there is room for; returns the seconds until the next try is worth it."""
        room, slow = self._room()
        if not room or self._stopping.is_set():
            return STALLED
        leases = self._service.claim(room, slow=slow)
        with self._lock:
            self._in_flight |= {lease.source: lease for lease in leases}
        for lease in leases:
            self._pool.submit(self._poll, lease).add_done_callback(partial(self._done, lease))
        if len(leases) == room:
            return STALLED
        due = self._service.next_due(slow=slow > sum(lease.slow for lease in leases))
        return PATIENCE if due is None else due

    def _room(self) -> tuple[int, int]:
        """How many polls may begin now, and how many of them with sources that took their time lately."""
        late = monotonic() - STALLED
        stalled = sum(since < late for since in list(self._service.ingest.fetching.values()))
        with self._lock:
            leases = list(self._in_flight.values())
        room = min(self._size - len(leases) + stalled, self._size * CROWD - len(leases))
        slow = self._size // 4 or 1
        return max(0, room), max(0, slow - sum(lease.slow for lease in leases))

    def _poll(self, lease: Lease) -> None:
        try:
            self._service.poll(lease)
        except StoreError as error:
            log.warning("poll not saved", source=lease.source, why=str(error))
        except Exception:
            log.exception("poll failed", source=lease.source)

    def _done(self, lease: Lease, _future: Future[None]) -> None:
        with self._lock:
            if self._in_flight.get(lease.source) is lease:
                del self._in_flight[lease.source]
        self._wake.set()

    def _refresh(self) -> None:
        """Takes up edited definitions; labels what is stored anew when it carries older ones' labels."""
        service = self._service
        if service.refresh():
            set_aside()
            service.sync()
        if service.outdated:
            changed = service.relabel()
            log.info("relabelled", changed=changed)


def give_memory_back() -> None:
    """Has glibc return every large block to the system as soon as it is free.

    By itself it learns from large blocks that come and go to keep them, in an arena for each thread: a worker that once
    met a dozen bodies of the size of the cap would hold on to hundreds of megabytes. Elsewhere nothing happens.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
        libc.mallopt(M_ARENA_MAX, 2)


def set_aside() -> None:
    """Puts what is in memory out of the garbage collector's sight.

    It would walk through a million parts of labels while articles are read: a fifth of the time of the first ones.
    What was set aside before is looked through once more, for definitions that are no longer in force.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def run_worker(service: Service) -> None:
    """Runs a worker until SIGTERM or SIGINT.

    The signal comes through a pipe: a handler that set an event which this thread waits for could find the event's
    lock held by this very thread.
    """
    told, teller = os.pipe()
    os.set_blocking(teller, False)
    signal.set_wakeup_fd(teller)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    give_memory_back()
    set_aside()
    clockwork = Clockwork(service)
    clockwork.start()
    os.read(told, 1)
    clockwork.stop()
