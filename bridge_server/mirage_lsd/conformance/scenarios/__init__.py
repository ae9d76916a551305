"""The ways through the rules. Each begins with a fresh daemon and, where the suite starts the client, a fresh client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..stage import Stage
from . import contexts, controls, ending, greeting, lost, strange, streams


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way.

    Attributes:
        name: what `--only` calls it.
        play: raises RuleBroken where the client leaves the way.
        client_seconds: how long a client is asked to run.
    """

    name: str
    play: Callable[[Stage], None]
    client_seconds: int = 60


SCENARIOS = (
    Scenario("greeting", greeting.slow_welcome),
    Scenario("version", greeting.another_version),
    Scenario("inline", streams.inline),
    Scenario("shared-memory", streams.shared_memory),
    Scenario("refused-stream", streams.refused),
    Scenario("controls", controls.controls),
    Scenario("unknown", strange.unknown_messages),
    Scenario("malformed", strange.malformed_answers),
    Scenario("contexts", contexts.wrong_contexts),
    Scenario("unknown-shape", contexts.unknown_shape),
    Scenario("pause", lost.pause),
    Scenario("silence", lost.silence),
    Scenario("kill", lost.kill),
    Scenario("ending", ending.ending, client_seconds=3),
)
