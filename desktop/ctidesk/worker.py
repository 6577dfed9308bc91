"""Work that must not be done on the UI thread, and the way back to it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Post = Callable[[Callable[[], None]], None]
"""Has a function called on the UI thread, from any thread."""

Done = Callable[[Exception | None], None]


class Worker:
    """One thread that does jobs in order. `done` is posted with what the job raised, or None."""

    def __init__(self, post: Post, name: str) -> None:
        self._post = post
        self._jobs: queue.SimpleQueue[tuple[Callable[[], object], Done] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], object], done: Done) -> None:
        self._jobs.put((job, done))

    def stop(self, timeout: float = 2.0) -> None:
        """Ends after the jobs that wait."""
        self._jobs.put(None)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (item := self._jobs.get()) is not None:
            job, done = item
            error: Exception | None = None
            try:
                job()
            except Exception as raised:  # whatever it is, the UI thread has to hear of it
                error = raised
            self._post(_call(done, error))


def _call(done: Done, error: Exception | None) -> Callable[[], None]:
    return lambda: done(error)
