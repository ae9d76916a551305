"""Controls, over a new session and a refusal."""

from __future__ import annotations

from ...protocol.messages import DaemonBye, Error
from ..report import RuleBroken
from ..session import ClientSession, StreamSeen
from ..stage import Stage
from .streams import first_stream

_PATIENCE_S = 5.0


def controls(stage: Stage) -> None:
    """A group is taken; the next session gets it again; there it is refused."""
    session, _ = first_stream(stage)
    try:
        stage.until(lambda: _with_controls(session) is not None, _PATIENCE_S, "controls-again", "")
    except RuleBroken as broken:
        if broken.rule != "controls-again":
            raise
        for rule in ("control-seq-rises", "controls-again", "refused-control"):
            stage.report.not_seen(rule, "The client set no control.")
        return
    stage.await_frames(3, 5.0, "sends-frames", "After a `control` no frames came for 5 s.")
    stage.send(session, DaemonBye("The suite wants the controls again."))
    again = stage.await_session(5.0, "bye", "After the daemon's `bye` no `hello` came for 5 s.")
    stage.until(
        lambda: _with_controls(again) is not None,
        _PATIENCE_S,
        "controls-again",
        f"In the new session no `control` came within {_PATIENCE_S:g} s.",
    )
    stage.report.passed("bye")
    stream = _with_controls(again)
    assert stream is not None
    assert stream.controls is not None
    group = stream.controls[0]
    if group.transition_s != 0.0:
        raise RuleBroken("controls-again", f"They came again with `transition_s` {group.transition_s:g}, not 0.")
    stage.report.passed("controls-again")
    number = stream.asked.stream
    message = f"There is no control {next(iter(group.values), '')!r}; the suite refuses this group."
    stage.send(again, Error("bad_control", message, False, number, control_seq=group.control_seq))
    stage.await_frames(5, 5.0, "refused-control", "After a refused `control` no frames came for 5 s.")
    if stage.sessions[-1] is not again or number not in again.streams:
        raise RuleBroken("refused-control", "After a refused `control` the client gave up the stream or the session.")
    stage.report.passed("refused-control")


def _with_controls(session: ClientSession) -> StreamSeen | None:
    return next((stream for stream in session.streams.values() if stream.controls), None)
