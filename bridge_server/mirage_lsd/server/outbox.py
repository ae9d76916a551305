"""From the worker threads to the I/O thread."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass

import zmq

from ..protocol.errors import ProtocolError
from ..protocol.messages import NoticeMessage, Progress, Result, Weights
from .stream import Stream


@dataclass(frozen=True, slots=True)
class WorkResult:
    """What a worker has to say of a stream: a result (with its payload, if inline; weights are sent before it), an error, progress,
    notices, or that its frame was overwritten before it was read (`lost`)."""

    stream: Stream
    result: Result | None = None
    payload: bytes | None = None
    weights: Weights | None = None
    weights_payload: bytes | None = None
    error: ProtocolError | None = None
    progress: Progress | None = None
    notices: tuple[NoticeMessage, ...] = ()
    lost: bool = False


class Outbox:
    """Outcomes wait here until the I/O thread, woken through an inproc socket, sends them.

    It stays short: a stream has at most one frame in work, and the I/O thread is never busy for long.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self._context = context
        self._address = f"inproc://outbox-{id(self)}"
        self._outcomes: deque[WorkResult] = deque()
        self.socket = context.socket(zmq.PULL)
        self.socket.set(zmq.RCVHWM, 16)
        self.socket.bind(self._address)

    def writer(self) -> OutboxWriter:
        """A worker thread's end; to be made and used in the worker's thread."""
        return OutboxWriter(self._context, self._address, self._outcomes)

    def take_all(self) -> list[WorkResult]:
        """Everything that waits, oldest first."""
        with contextlib.suppress(zmq.Again):
            while True:
                self.socket.recv(zmq.NOBLOCK)
        outcomes = []
        while self._outcomes:
            outcomes.append(self._outcomes.popleft())
        return outcomes

    def close(self) -> None:
        self.socket.close(linger=0)


class OutboxWriter:
    """Puts outcomes into the outbox and wakes its reader."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str, outcomes: deque[WorkResult]) -> None:
        self._outcomes = outcomes
        self._socket = context.socket(zmq.PUSH)
        self._socket.set(zmq.SNDHWM, 16)
        self._socket.connect(address)

    def put(self, outcome: WorkResult) -> None:
        self._outcomes.append(outcome)
        self.wake()

    def wake(self) -> None:
        """A full pipe is fine: then the reader has not looked yet and will see everything."""
        with contextlib.suppress(zmq.Again):
            self._socket.send(b"", zmq.NOBLOCK)

    def close(self) -> None:
        self._socket.close(linger=0)
