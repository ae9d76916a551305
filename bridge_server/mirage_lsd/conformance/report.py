"""What came out: a verdict for each rule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from .rules import RULES, Rule

Outcome = Literal["passed", "failed", "not seen"]


class RuleBroken(Exception):
    """The client did not do what a rule says.

    Attributes:
        rule: its name in `RULES`.
        why: one sentence: what was seen instead.
    """

    def __init__(self, rule: str, why: str) -> None:
        super().__init__(f"{rule}: {why}")
        self.rule = rule
        self.why = why


@dataclass(slots=True)
class Verdict:
    """On one rule. `why`: what was seen, when it failed, or why it could not be seen."""

    rule: Rule
    outcome: Outcome = "not seen"
    why: str = ""


@dataclass(slots=True)
class Report:
    """All verdicts, by the rules' names. A rule that failed once has failed."""

    verdicts: dict[str, Verdict] = field(default_factory=lambda: {name: Verdict(rule) for name, rule in RULES.items()})

    def passed(self, *rules: str) -> None:
        for rule in rules:
            if self.verdicts[rule].outcome == "not seen":
                self.verdicts[rule].outcome, self.verdicts[rule].why = "passed", ""

    def failed(self, rule: str, why: str) -> None:
        if self.verdicts[rule].outcome != "failed":
            self.verdicts[rule].outcome, self.verdicts[rule].why = "failed", why

    def not_seen(self, rule: str, why: str) -> None:
        """The client gave no occasion for it, which is no fault."""
        if self.verdicts[rule].outcome == "not seen":
            self.verdicts[rule].why = why

    @contextmanager
    def scenario(self) -> Iterator[None]:
        """Notes the rule at which a scenario ended; the next one begins afresh."""
        try:
            yield
        except RuleBroken as broken:
            self.failed(broken.rule, broken.why)

    @property
    def failures(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts.values() if verdict.outcome == "failed"]

    def as_json(self) -> list[dict[str, Any]]:
        """For programs: one map a rule, with `name`, `section`, `sentence`, `outcome`, `why`."""
        return [
            {**asdict(verdict.rule), "outcome": verdict.outcome, "why": verdict.why}
            for verdict in self.verdicts.values()
        ]
