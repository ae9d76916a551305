"""Plays the scenarios one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext

from .client_process import ClientProcess
from .report import Report
from .scenarios import Scenario
from .stage import Stage


def run_suite(
    scenarios: Sequence[Scenario],
    endpoint: str,
    command: Sequence[str],
    told: Callable[[str], None],
) -> Report:
    """Leads a client through the scenarios.

    Args:
        endpoint: `tcp://HOST:PORT`, the port may be `*`.
        command: starts the client, see `ClientProcess`; empty: somebody else starts it and keeps it running.
        told: is given each scenario's name when it begins.
    """
    report = Report()
    for scenario in scenarios:
        stage = Stage(endpoint, report, started_by_us=bool(command))
        endpoint = stage.endpoint  # the same for all: a client that is not ours has been told it
        told(scenario.name)
        client = ClientProcess(command, endpoint, scenario.client_seconds) if command else None
        try:
            with client or nullcontext():
                stage.client = client
                with report.scenario():
                    scenario.play(stage)
                    if not stage.ending_is_fine:
                        report.passed("stays-alive")
        finally:
            stage.close()
    return report
