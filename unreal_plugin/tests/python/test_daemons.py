"""The tests' own daemons: none outlives the test that started it, however that ends."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest


def wait_for(what: str, found: Callable[[], object]) -> None:
    end = time.monotonic() + 120.0
    while not found():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.parametrize("suite", ["Views", "Worlds"], ids=["passthrough", "test_daemon.py"])
def test_a_killed_test_leaves_no_daemon(repository: Path, suite: str) -> None:
    program = repository / "build" / "unreal" / "behaviour_test"
    assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
    test = subprocess.Popen(
        [str(program), f"--gtest_filter={suite}.*"],
        env={**os.environ, "PYTHONPATH": str(repository / "bridge_server")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        running = psutil.Process(test.pid)
        wait_for("the test starts its daemon", running.children)
        daemon = running.children()[0]
        # Not a moment before it is the daemon's own program.
        wait_for("the daemon is told its parent", lambda: "--parent-pid" in daemon.cmdline())
        # Once while it still imports its packages, and once, mostly, while it serves.
        time.sleep(0.1 if suite == "Views" else 4.0)
    finally:
        test.kill()
        test.wait()
    try:
        wait_for("the daemon ends", lambda: not daemon.is_running() or daemon.status() == psutil.STATUS_ZOMBIE)
    finally:
        if daemon.is_running():
            daemon.kill()
