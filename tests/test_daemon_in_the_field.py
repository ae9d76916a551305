"""What daemons met outside the laboratory: pipes that nobody reads, names in any script, crashing engines, used-up descriptors."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import DaemonProcess
from daemon_client import DaemonClient, noise_picture

from mirage_lsd.logs import LineWriter, RotatingFile
from mirage_lsd.transport.segment import create_segment, sweep_dead_segments

Connect = Callable[..., DaemonClient]
SERVE = (sys.executable, "-m", "mirage_lsd.cli", "serve", "--model", "passthrough")


def serve(port: int, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **options.pop("env", {})}  # type: ignore[dict-item]
    command = [*SERVE, "--bind", f"tcp://127.0.0.1:{port}", *arguments]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment, **options)  # type: ignore[call-overload, no-any-return]


def greet_and_trip(connect: Connect, port: int, name: str = "test") -> None:
    client = connect(f"tcp://127.0.0.1:{port}", greet=False)
    hello = client.hello()
    hello["client"]["name"] = name
    client.send(hello)
    client.expect("welcome")
    client.open()
    client.send_frame(1, noise_picture())
    client.receive_result()


def ends(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    return process.wait(15.0)


def test_a_pipe_that_nobody_reads(connect: Connect, free_port: int) -> None:
    """After enough sessions to fill the pipe it still serves, and still obeys SIGTERM."""
    process = serve(free_port, "--log-level", "debug", stderr=subprocess.PIPE)
    try:
        greet_and_trip(connect, free_port)
        for _ in range(120):  # a pipe holds 64 KiB; a session writes half a kilobyte and more
            with DaemonClient(f"tcp://127.0.0.1:{free_port}") as client:
                hello = client.hello()
                hello["client"]["name"] = "n" * 900
                client.send(hello)
                client.expect("welcome")
                client.send({"t": "bye"})
        greet_and_trip(connect, free_port)
        assert ends(process) == 0
    finally:
        process.kill()
        process.communicate()


def test_stderr_that_is_closed(connect: Connect, free_port: int) -> None:
    process = serve(free_port, stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        process.stderr.close()
        for _ in range(5):
            greet_and_trip(connect, free_port)
        assert ends(process) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", ["Jürgens Spiel", "模型", "🜁 \ud7ff", "a\nb\x1b[31m"])
def test_names_in_any_script_and_any_locale(connect: Connect, free_port: int, tmp_path: Path, name: str) -> None:
    log = tmp_path / "daemon.log"
    environment = {
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
        "PYTHONCOERCECLOCALE": "0",
    }
    with log.open("wb") as stderr:
        process = serve(free_port, "--log-json", stderr=stderr, env=environment)
    try:
        greet_and_trip(connect, free_port, name)
        assert ends(process) == 0
    finally:
        process.kill()
        process.wait()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    assert name.encode("utf-8", "backslashreplace").decode() in [event.get("client") for event in events]


def test_the_log_file_is_utf8_and_rotates(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "mirage.log"
    writer = LineWriter(RotatingFile(path, most_bytes=1_000, kept=3))
    for number in range(300):
        writer.msg(f"Zeile {number} für 模型")
        writer.flush(5.0)
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["mirage.log", "mirage.log.1", "mirage.log.2"]
    assert all(file.stat().st_size <= 1_000 for file in files)
    assert path.read_text(encoding="utf-8").splitlines()[-1] == "Zeile 299 für 模型"


def test_lines_that_find_no_room_are_counted() -> None:
    class Stuck:
        """Takes nothing until it is let go."""

        def __init__(self) -> None:
            self.taken = b""
            self.read_end, self.write_end = os.pipe()

        def write(self, data: bytes) -> None:
            os.read(self.read_end, 1)
            self.taken += data

        def flush(self) -> None:
            pass

    stuck = Stuck()
    writer = LineWriter(stuck, most_waiting=10)
    for number in range(100):
        writer.msg(str(number))
    os.write(stuck.write_end, b"...")
    writer.flush(5.0)
    writer.msg("the last")
    writer.flush(5.0)
    lines = stuck.taken.decode().splitlines()
    assert lines[0] == "0"
    assert lines[-1] == "the last" or "dropped" in lines[-1]
    (told,) = [line for line in lines if "dropped" in line]
    assert int(told.split()[0]) == 100 - sum(line.isdigit() for line in lines)


def test_localhost_is_ipv4(connect: Connect, free_port: int) -> None:
    process = serve(free_port, "--bind", f"tcp://localhost:{free_port}", stderr=subprocess.DEVNULL)
    try:
        greet_and_trip(connect, free_port)
    finally:
        process.kill()
        process.wait()


def test_rings_of_another_pid_namespace_live_on() -> None:
    """Seen from here their creator is dead; only what is old as well is swept."""
    with create_segment(4096) as young, create_segment(4096) as old:
        names = []
        for segment in (young, old):
            dead = segment.name.replace(f"-{os.getpid()}-", "-4194303-")
            os.rename(f"/dev/shm{segment.name}", f"/dev/shm{dead}")
            names.append(dead.lstrip("/"))
        os.utime(f"/dev/shm/{names[1]}", (time.time() - 120, time.time() - 120))
        try:
            assert sweep_dead_segments() == [names[1]]
            assert os.path.exists(f"/dev/shm/{names[0]}")
        finally:
            os.unlink(f"/dev/shm/{names[0]}")


def test_no_descriptor_left_for_a_new_client(connect: Connect, free_port: int) -> None:
    """The daemon rests instead of trying the same connection for ever, serves who is there, and takes new ones later."""
    limited = ("import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (90, 90)); sys.argv = sys.argv[1:]; "
               "from mirage_lsd.cli import main; sys.exit(main())")  # fmt: skip
    command = [sys.executable, "-c", limited, *SERVE[2:], "--bind", f"tcp://127.0.0.1:{free_port}"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    crowd: list[socket.socket] = []
    try:
        friend = connect(f"tcp://127.0.0.1:{free_port}")
        for _ in range(120):
            stranger = socket.socket()
            stranger.settimeout(0.2)
            try:
                stranger.connect(("127.0.0.1", free_port))
            except OSError:
                stranger.close()
                break
            crowd.append(stranger)
        daemon = psutil.Process(process.pid)
        before = daemon.cpu_times()
        start = time.monotonic()
        while time.monotonic() - start < 3.0:
            assert friend.is_served()
            time.sleep(0.1)
        after = daemon.cpu_times()
        used = after.user + after.system - before.user - before.system
        assert used < 1.5  # of three seconds; a spinning one takes them all
        for stranger in crowd:
            stranger.close()
        connect(f"tcp://127.0.0.1:{free_port}")
    finally:
        for stranger in crowd:
            stranger.close()
        process.kill()
        process.wait()


def test_it_ends_with_its_parent(free_port: int, connect: Connect) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = serve(free_port, "--parent-pid", str(parent.pid), stderr=subprocess.DEVNULL)
    try:
        greet_and_trip(connect, free_port)
        assert process.poll() is None
        parent.kill()
        parent.communicate()
        assert process.wait(15.0) == 0
    finally:
        process.kill()
        process.wait()


def test_the_token_from_the_environment(free_port: int, connect: Connect) -> None:
    process = serve(free_port, stderr=subprocess.DEVNULL, env={"MIRAGE_LSD_TOKEN": "s3cret"})
    try:
        stranger = connect(f"tcp://127.0.0.1:{free_port}", greet=False)
        stranger.send(stranger.hello())
        stranger.expect_error("unauthorized")
        friend = connect(f"tcp://127.0.0.1:{free_port}", greet=False)
        friend.send(friend.hello(token="s3cret"))
        friend.expect("welcome")
    finally:
        process.kill()
        process.wait()


def test_a_daemon_that_stood_still_keeps_its_sessions(daemon: DaemonProcess, connect: Connect) -> None:
    """Stopped for a moment, with the client's pings waiting in the socket. For longer: test_standing_still.py."""
    client = connect(daemon.endpoint)
    client.open()
    os.kill(daemon.pid, signal.SIGSTOP)
    time.sleep(1.0)
    client.send({"t": "ping", "t_ns": 1})
    os.kill(daemon.pid, signal.SIGCONT)
    client.expect("pong")
    client.send_frame(1, noise_picture())
    client.receive_result()
