"""The tests' own daemons: none outlives the test that started it, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest


def wait_for(what: str, seconds: float, found: object) -> None:
    assert callable(found)
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.parametrize("suite", ["Stream", "Worlds"], ids=["passthrough", "test_daemon.py"])
def test_a_killed_test_leaves_no_daemon(repository: Path, suite: str) -> None:
    program = repository / "build" / "unreal" / "behaviour_test"
    assert program.is_file(), "build/unreal/behaviour_test is missing: run `make test-unreal`."
    with subprocess.Popen(
        [str(program), f"--gtest_filter={suite}.*"],
        env={**os.environ, "PYTHONPATH": str(repository / "bridge_server")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as test:
        running = psutil.Process(test.pid)
        wait_for("the test starts its daemon", 30, running.children)
        daemon = running.children()[0]
        assert "--parent-pid" in daemon.cmdline()
        # Once while it still imports its packages, and once, mostly, while it serves.
        time.sleep(0.1 if suite == "Stream" else 4.0)
        test.send_signal(signal.SIGKILL)
        test.wait()
    try:
        wait_for("the daemon ends", 30, lambda: not daemon.is_running() or daemon.status() == psutil.STATUS_ZOMBIE)
    finally:
        if daemon.is_running():
            daemon.kill()
