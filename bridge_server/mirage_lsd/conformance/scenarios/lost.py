"""The daemon pauses, falls silent, dies."""

from __future__ import annotations

import time

from ..report import RuleBroken
from ..stage import Stage
from .streams import first_stream

_PAUSE_S = 2.0


def pause(stage: Stage) -> None:
    """It reads and says nothing for less than it takes to be lost."""
    session, _ = first_stream(stage)
    stage.await_frames(3, 10.0, "sends-frames", "No frames came within 10 s of `opened`.")
    pings = session.pings
    stage.until(lambda: session.pings > pings, 3.0, "pings", "No `ping` came for 3 s.")
    time.sleep(_PAUSE_S)
    stage.await_frames(10, 10.0, "pause", f"After a pause of {_PAUSE_S:g} s no frames came.")
    if stage.session is not session:
        raise RuleBroken("pause", f"After a pause of {_PAUSE_S:g} s the client began another session.")
    stage.report.passed("pause")


def silence(stage: Stage) -> None:
    """It reads and says nothing."""
    first_stream(stage)
    stage.await_frames(3, 10.0, "sends-frames", "No frames came within 10 s of `opened`.")
    stage.answers_frames = stage.answers_pings = False
    stage.await_session(12.0, "silence", "The daemon said nothing for 12 s, and no new `hello` came.")
    stage.answers_frames = stage.answers_pings = True
    stage.await_frames(3, 10.0, "silence", "In the session after the silence no frames came.")
    stage.report.passed("silence")


def kill(stage: Stage) -> None:
    """Its socket is gone, and a second later there is another one at the same address."""
    first_stream(stage)
    stage.await_frames(3, 10.0, "sends-frames", "No frames came within 10 s of `opened`.")
    stage.kill()
    time.sleep(1.0)
    stage.bind()
    stage.await_session(20.0, "comes-back", "20 s after the daemon was there again no `hello` had come.")
    stage.await_frames(3, 10.0, "comes-back", "In the session with the new daemon no frames came.")
    stage.report.passed("comes-back")
