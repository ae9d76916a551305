"""Streams and their frames."""

from __future__ import annotations

import sys
from pathlib import Path

from ...protocol.messages import DaemonBye, Progress
from ..report import RuleBroken
from ..session import ClientSession, StreamSeen
from ..stage import Stage
from .greeting import FIRST_HELLO_S

_SEGMENTS = Path("/dev/shm")


def first_stream(stage: Stage) -> tuple[ClientSession, StreamSeen]:
    """The client's first session and the first stream that it opens, not answered yet where `opens` is off."""
    session = stage.await_session(FIRST_HELLO_S, "hello-first", f"No `hello` came to {stage.endpoint}.")
    stage.until(lambda: bool(session.streams), 5.0, "opens", "No `open` came within 5 s of `welcome`.")
    return session, next(iter(session.streams.values()))


def inline(stage: Stage) -> None:
    """`opened` lets itself be waited for; then frames through the socket, and pings."""
    stage.opens = False
    stage.transports = ("inline",)
    session, stream = first_stream(stage)
    if stream.offer("inline") is None:
        stage.report.not_seen("payload-fits", "The client does not offer `inline`.")
        stage.transports = ("shared_memory",)
    stage.send(session, Progress("the size of the stream", 0.5, stream.asked.stream))
    stage.serve_for(0.7)
    _open_all(stage, session)
    stage.await_frames(10, 10.0, "sends-frames", "No 10 frames came within 10 s of `opened`.")
    before = session.pings
    stage.until(lambda: session.pings > before, 3.0, "pings", "No `ping` came for 3 s.")
    stage.report.passed("pings")


def shared_memory(stage: Stage) -> None:
    """The same through rings."""
    stage.opens = False
    stage.transports = ("shared_memory",)
    session, stream = first_stream(stage)
    if stream.offer("shared_memory") is None:
        for rule in ("ring", "slots", "unlinks"):
            stage.report.not_seen(rule, "The client does not offer `shared_memory`.")
        return
    _open_all(stage, session)
    stage.await_frames(10, 10.0, "sends-frames", "No 10 frames came within 10 s of `opened` with shared memory.")
    if sys.platform == "linux" and stream.writer is not None:
        name = stream.writer.fields.name
        if (_SEGMENTS / name.lstrip("/")).exists():
            raise RuleBroken("unlinks", f"The daemon's ring {name} still has its name after 10 frames.")
        stage.report.passed("unlinks")
    else:
        stage.report.not_seen("unlinks", "It can be seen on Linux only.")


def refused(stage: Stage) -> None:
    """The daemon does not have the model; in the next session it has."""
    stage.opens = False
    session, stream = first_stream(stage)
    number = stream.asked.stream
    stage.refuse(session, stream, "unknown_model", "There is no such model; the suite refuses the first `open`.")
    before = session.pings
    stage.until(lambda: session.pings > before, 5.0, "refused-open", "After a refused `open` no `ping` came for 5 s.")
    if len(stage.sessions) > 1:
        raise RuleBroken("refused-open", "After a refused `open` the client began another session.")
    stage.report.passed("refused-open")
    stage.opens = True
    stage.send(session, DaemonBye("The suite wants to be asked again."))
    again = stage.await_session(5.0, "bye", "After the daemon's `bye` no `hello` came for 5 s.")
    stage.until(
        lambda: bool(again.streams), 5.0, "opens-again", f"Stream {number} was not opened again in the next session."
    )
    stage.report.passed("opens-again")


def _open_all(stage: Stage, session: ClientSession) -> None:
    stage.opens = True
    for stream in list(session.streams.values()):
        stage.open(session, stream)
