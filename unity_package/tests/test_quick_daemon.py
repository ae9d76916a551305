"""The stand-in daemon is started as the package's launcher starts the real one, and ends with who started it."""

from __future__ import annotations

import subprocess
import sys

from csharp import TESTS


def test_it_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as editor:
        command = [sys.executable, str(TESTS / "quick_daemon.py"), "serve", "--bind", "tcp://127.0.0.1:*"]
        with subprocess.Popen([*command, "--parent-pid", str(editor.pid)], stdout=subprocess.PIPE, text=True) as daemon:
            try:
                assert daemon.stdout is not None
                assert "ready" in daemon.stdout.readline()
                editor.kill()
                editor.wait()
                assert daemon.wait(60.0) == 0
            finally:
                daemon.kill()
