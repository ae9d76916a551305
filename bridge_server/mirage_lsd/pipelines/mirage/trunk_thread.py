"""The thread that the trunk runs on while frames are shaded."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from .context_job import ContextJob, FreshContext


class TrunkThread:
    """Runs contexts one after the other, first come, first served. Each stream has at most one here, which bounds the queue.

    It ends with `close`, when the pipeline is forgotten, and at the interpreter's end.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="trunk")
        self._lock = threading.Lock()
        self._slots: set[int] = set()

    @property
    def busy(self) -> bool:
        """Whether a run is in work or waits."""
        return bool(self._slots)

    def acquire_slot(self) -> int:
        """A number, from 1, that no run in work or waiting has: of the arrays that the next one may read."""
        with self._lock:
            slot = next(i for i in itertools.count(1) if i not in self._slots)
            self._slots.add(slot)
            return slot

    def release_slot(self, slot: int) -> None:
        """Gives a number back whose run was never started."""
        with self._lock:
            self._slots.discard(slot)

    def start(self, slot: int, run: Callable[[], FreshContext]) -> ContextJob:
        """Queues `run`; its slot is given back when it is over.

        Raises:
            RuntimeError: the pipeline was closed.
        """
        result: Future[FreshContext] = self._executor.submit(run)
        result.add_done_callback(lambda _: self.release_slot(slot))
        return ContextJob(result)

    def close(self) -> None:
        """Ends the thread after the run in work; what waits is dropped."""
        self._executor.shutdown(wait=True, cancel_futures=True)
