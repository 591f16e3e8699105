"""The worker: one APScheduler tick asks the database what is due; everything else is housekeeping.

The database is the queue. A tick claims due sources under a lease - one a host - and hands them to a bounded pool of
threads; a poll that ends makes room and, when half the room is free, the next claim follows at once instead of at the
next tick. So a restart causes no burst (the next poll times are stored), a lost worker's leases run out, and any
number of workers may share one PostgreSQL database.

APScheduler 3 drops a job whose turn came late (`misfire_grace_time` is one second) and runs late ones twice; so every
job here coalesces, runs once at a time and is never too late.
"""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from syndicator.errors import StoreError
from syndicator.logs import logger
from syndicator.model import Lease
from syndicator.service import Service, now

PATIENCE = 10.0
"""Seconds that polls in flight have to end when the worker is told to stop."""
REFRESH = 2.0
"""Seconds between two looks at the definition files."""
ALIVE = 10.0
"""Seconds between two signs of life in the database."""

log = logger(__name__)


class Clockwork:
    """Runs the jobs of one worker until `stop`."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._size = service.settings.fetch.parallel
        self._pool = ThreadPoolExecutor(self._size, thread_name_prefix="poll")
        self._lock = threading.Lock()
        self._in_flight = 0
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Starts the jobs, each of them at once."""
        service = self._service
        service.store.release_orphans()
        settings = service.settings
        self._every(settings.schedule.tick, self._fill)
        self._every(max(settings.publish.settle / 2, 0.5), service.publish)
        self._every(ALIVE, service.tick)
        self._every(REFRESH, self._refresh)
        self._every(timedelta(hours=6).total_seconds(), service.prune)
        self._scheduler.start()
        log.info(
            "worker started",
            sources=len(service.catalogue.sources),
            parallel=self._size,
            database=service.store.dialect,
        )

    def stop(self) -> None:
        """Claims nothing more, gives polls in flight `PATIENCE` seconds, and gives all leases back."""
        self._stopping.set()
        self._scheduler.shutdown(wait=False)
        self._pool.shutdown(wait=False, cancel_futures=True)
        last = threading.Thread(target=self._pool.shutdown, daemon=True)
        last.start()
        last.join(PATIENCE)
        self._service.store.release(self._service.name)
        log.info("worker stopped", unfinished=self._in_flight if last.is_alive() else 0)

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

    def _fill(self) -> None:
        """Claims as many due sources as there is room for."""
        with self._lock:
            if self._stopping.is_set():
                return
            leases = self._service.claim(self._size - self._in_flight)
            self._in_flight += len(leases)
        for lease in leases:  # outside the lock: a poll that has ended already calls back at once, from here
            self._pool.submit(self._poll, lease).add_done_callback(self._done)

    def _poll(self, lease: Lease) -> None:
        try:
            self._service.poll(lease)
        except StoreError as error:
            log.warning("poll not saved", source=lease.source, why=str(error))
        except Exception:
            log.exception("poll failed", source=lease.source)

    def _done(self, _future: Future[None]) -> None:
        with self._lock:
            self._in_flight -= 1
            roomy = self._in_flight <= self._size // 2
        if roomy and not self._stopping.is_set():
            self._scheduler.modify_job("_fill", next_run_time=now())

    def _refresh(self) -> None:
        """Takes up edited definitions; labels what is stored anew when it carries older ones' labels."""
        service = self._service
        if service.refresh():
            service.sync()
        if service.outdated:
            changed = service.relabel()
            log.info("relabelled", changed=changed)


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
    clockwork = Clockwork(service)
    clockwork.start()
    os.read(told, 1)
    clockwork.stop()
