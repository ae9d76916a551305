"""Runs compile_networks.py in a process of its own, whose library folders and packages can be chosen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).with_name("compile_networks.py")


def compile_in_process(cache: Path, *steps: dict[str, str], environment: dict[str, str] | None = None) -> list[Any]:
    """What it prints for each step, with `cache` as the folder of what is kept."""
    done = subprocess.run(
        [sys.executable, str(_PROGRAM), json.dumps(steps)], capture_output=True, text=True, timeout=800,
        env={**(environment or os.environ), "MIRAGE_LSD_CACHE": str(cache)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def worst(step: dict[str, Any]) -> float:
    """The largest difference of a step's outputs."""
    return max(float(absolute) for call in step["off"] for absolute, _ in call)


def worst_relative(step: dict[str, Any]) -> float:
    """The same as the root of the mean square over the spread."""
    return max(float(relative) for call in step["off"] for _, relative in call)
