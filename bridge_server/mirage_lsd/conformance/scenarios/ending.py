"""The client ends."""

from __future__ import annotations

from ..report import RuleBroken
from ..stage import Stage
from .streams import first_stream

_PATIENCE_S = 60.0


def ending(stage: Stage) -> None:
    """By itself, or by whoever started it; what it says last is looked at."""
    stage.ending_is_fine = True
    session, _ = first_stream(stage)

    def over() -> bool:
        return bool(stage.ended) or session.said_bye or not session.streams

    stage.until(over, _PATIENCE_S, "says-goodbye", f"The client was to end and did not within {_PATIENCE_S:g} s.")
    stage.serve_for(0.5)  # what is still on its way, and what must not come any more
    if session.streams and not session.said_bye:
        raise RuleBroken(
            "says-goodbye", f"The client ended without `bye` and without closing its stream: {stage.ended}."
        )
    stage.report.passed("nothing-after-bye")
