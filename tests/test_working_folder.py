"""A user's project may hold a file that is called as some library is."""

import subprocess
from pathlib import Path

import pytest

from mirage_lsd.child_environment import child_environment, module_command
from mirage_lsd.client.local_daemon import DaemonProcess
from mirage_lsd.device_process.parent import DeviceProcess

# What daemon, devices and conversions import early.
NAMES = ("msgpack", "structlog", "numpy", "secrets")


@pytest.fixture
def hostile_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(
            "from pathlib import Path\nPath(__file__).with_suffix('.run').touch()\nraise SystemExit\n"
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_daemon_of_ours_runs_nothing_of_the_working_folder(hostile_folder: Path) -> None:
    with DaemonProcess("passthrough"):
        pass
    assert not list(hostile_folder.glob("*.run"))


def test_a_device_of_ours_runs_nothing_of_the_working_folder(hostile_folder: Path) -> None:
    process = DeviceProcess("mirage_lsd.sinks.workers.encoder", {}, lambda _, message: None)
    process.close(10.0)
    assert not list(hostile_folder.glob("*.run"))


def test_commands_are_started_apart_from_it(hostile_folder: Path) -> None:
    done = subprocess.run(
        module_command("mirage_lsd.cli", "--version"), env=child_environment(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(hostile_folder.glob("*.run"))
