"""Runs errands on threads of their own: what our subscribers are owed, and what others' hubs sent us.

A thread asks four times a second what is to be done, for as many threads as are free; of these a quarter may be kept
waiting by strangers who are slow. What is asked is a look into two short tables.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from syndicator.errors import StoreError
from syndicator.logs import logger

OFTEN = 0.25
"""Seconds between two looks."""

log = logger(__name__)


class Courier:
    """One pool of threads and the thread that gives them work, until `stop`."""

    def __init__(
        self, name: str, work: Callable[[int, int], Sequence[tuple[bool, Callable[[], None]]]], size: int
    ) -> None:
        """`work` is told how many threads are free and how many of them may be kept waiting, and returns errands."""
        self._work = work
        self._size = size
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._out = 0
        self._slow = 0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"{name}s", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float) -> None:
        """Begins nothing more, and gives errands that are out so many seconds; the rest is taken up another time."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(patience)
        self._pool.shutdown(wait=False, cancel_futures=True)
        last = threading.Thread(target=self._pool.shutdown, daemon=True)
        last.start()
        last.join(patience)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._give()
            except StoreError as error:
                log.warning("errands postponed", why=str(error))
            except Exception:
                log.exception("errands failed")
            self._wake.wait(OFTEN)
            self._wake.clear()

    def _give(self) -> None:
        with self._lock:
            free, slow = self._size - self._out, max(1, self._size // 4) - self._slow
        if free <= 0:
            return
        for may_wait, errand in self._work(free, max(0, min(free, slow))):
            with self._lock:
                self._out += 1
                self._slow += may_wait
            self._pool.submit(self._do, errand).add_done_callback(partial(self._done, may_wait))

    def _do(self, errand: Callable[[], None]) -> None:
        try:
            errand()
        except StoreError as error:
            log.warning("errand not saved", why=str(error))
        except Exception:
            log.exception("errand failed")

    def _done(self, may_wait: bool, _future: Future[None]) -> None:
        with self._lock:
            self._out -= 1
            self._slow -= may_wait
        self._wake.set()
