"""What the daemon needs of a worker: something that runs pipelines on one device."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from ...pipelines.base import Pipeline
from ..stream import Stream

# A pipeline, or a function that loads (and warms up) one; called on the worker's thread.
PipelineSource = Pipeline | Callable[[], Pipeline]


class Worker(Protocol):
    """Loads pipelines and runs them, streams in turn. Every method returns at once, `stop` within its time-out.

    Attributes:
        pipelines: by name, once `loaded` is set. load_error: why loading failed.
    """

    loaded: threading.Event
    load_error: Exception | None

    @property
    def pipelines(self) -> Mapping[str, Pipeline]: ...

    def start(self) -> None:
        """Starts loading; `loaded` is set when it is over."""
        ...

    def prepare(self, stream: Stream) -> None:
        """Makes the stream's state (compiles for its size) beside the streams that run."""
        ...

    def submit(self, stream: Stream) -> None:
        """Says that the stream's mailbox has a frame. A stream queues once, behind the others."""
        ...

    def stop(self, timeout_s: float) -> bool:
        """Ends after the frame in work. False if it is still busy after `timeout_s`."""
        ...
