"""The outcome of one check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report.

    Attributes:
        name: what was checked.
        status: "problem": MirageLSD can't work; "warning": it works, but slower or with something missing.
        message: what was found.
        hint: what to do; "" when all is well.
    """

    name: str
    status: Status
    message: str
    hint: str = ""
