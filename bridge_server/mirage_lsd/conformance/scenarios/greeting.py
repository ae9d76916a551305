"""Before a session stands."""

from __future__ import annotations

from ... import clock
from ...protocol.messages import Error, Progress
from ..report import RuleBroken
from ..stage import Stage

FIRST_HELLO_S = 60.0  # a client that has to start first
_WAIT_S = 2.0
_EARLY_S = 0.4  # what clocks and start-up may take off
_PROGRESS_S = 4.0


def slow_welcome(stage: Stage) -> None:
    """No answer; then progress for longer than the client would wait; then a welcome of a later minor version."""
    stage.welcomes = False
    first = stage.await_session(FIRST_HELLO_S, "hello-first", f"No `hello` came to {stage.endpoint}.")
    second = stage.await_session(10.0, "hello-again", "Without `welcome` no second `hello` came within 10 s.")
    waited = second.began_s - first.began_s
    if waited < _WAIT_S - _EARLY_S:
        raise RuleBroken("hello-again", f"The second `hello` came {waited:.1f} s after the first one.")
    stage.report.passed("hello-again")

    stage.send(second, Progress("the model", 0.1))
    before = len(stage.sessions)
    stage.serve_for(_PROGRESS_S)
    if len(stage.sessions) > before:
        raise RuleBroken("progress-extends", f"Another `hello` came within {_PROGRESS_S:g} s of a `progress`.")
    stage.report.passed("progress-extends")

    later = {"protocol": [1, 7], "capabilities": ["inline", "shared_memory", "telepathy"], "weather": {"rain": True}}
    stage.welcome(second, later)
    stage.until(lambda: bool(second.streams), 5.0, "opens", "No `open` came within 5 s of `welcome`.")
    stage.await_frames(2, 10.0, "unknown-keys", "After a `welcome` with keys of a later version no frames came.")
    stage.report.passed("unknown-keys")


def another_version(stage: Stage) -> None:
    """The daemon speaks another major version."""
    stage.welcomes = False
    session = stage.await_session(FIRST_HELLO_S, "hello-first", f"No `hello` came to {stage.endpoint}.")
    seconds, most = 5.0, 8
    began, before = clock.now_s(), len(stage.sessions)
    refusals = 0
    while clock.now_s() < began + seconds:
        for session in stage.sessions[before - 1 + refusals :]:
            stage.send(
                session, Error("unsupported_version", "This daemon speaks protocol 2.x; update the client.", True)
            )
            session.refused = True
            refusals += 1
        stage.serve_for(0.05)
    stage.report.passed("refused")
    if refusals > most:
        raise RuleBroken("back-off", f"{refusals} `hello`s came within {seconds:g} s, each of them refused for good.")
    stage.report.passed("back-off")
