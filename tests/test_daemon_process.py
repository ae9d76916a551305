"""The process around the daemon: starting, stopping, ports, keys, token, metrics, leftovers."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq
from conftest import DaemonProcess
from daemon_client import DaemonClient, noise_picture

from mirage_lsd.endpoint import is_local
from mirage_lsd.server.curve import KeyFileError, read_server_keys, write_key_files

StartProcess = Callable[..., DaemonProcess]
Connect = Callable[..., DaemonClient]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_says_bye_and_ends_well(daemon: DaemonProcess, connect: Connect, number: int) -> None:
    client, other = connect(daemon.endpoint), connect(daemon.endpoint)
    client.open_shared()
    client.send_frame(1, noise_picture())
    client.receive_result()
    os.kill(daemon.pid, number)
    assert client.expect("bye")["reason"]
    assert other.expect("bye")["reason"]
    assert daemon.wait() == 0
    assert not list(Path("/dev/shm").glob(f"lsd-{daemon.pid}-*"))
    assert "Traceback" not in daemon.log


def test_restart_keeps_the_endpoint(daemon: DaemonProcess, connect: Connect) -> None:
    before = daemon.pid
    daemon.restart()
    assert daemon.pid != before
    assert connect(daemon.endpoint).is_served()


def test_a_taken_port_is_said_in_one_sentence(daemon: DaemonProcess, start_daemon_process: StartProcess) -> None:
    second = start_daemon_process("--model", "passthrough", endpoint=daemon.endpoint, ready=False)
    assert second.wait() == 1
    lines = [line for line in second.log.splitlines() if not line.startswith("{")]
    assert len(lines) == 1
    assert daemon.endpoint in lines[0]
    assert "--bind" in lines[0]


@pytest.mark.parametrize("endpoint", ["tcp://0.0.0.0:0", "tcp://*:0", "tcp://[::]:0", "tcp://eth0:5757"])
def test_other_machines_need_keys(start_daemon_process: StartProcess, endpoint: str) -> None:
    refused = start_daemon_process("--model", "passthrough", endpoint=endpoint, ready=False)
    assert refused.wait() == 1
    assert "keygen" in refused.log
    assert "Traceback" not in refused.log


def test_which_endpoints_are_local() -> None:
    for endpoint in ("tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://[::1]:1", "tcp://localhost:1", "ipc:///tmp/a"):
        assert is_local(endpoint)
    for endpoint in ("tcp://*:1", "tcp://0.0.0.0:1", "tcp://[::]:1", "tcp://10.0.0.1:1", "tcp://lo:1", "nonsense"):
        assert not is_local(endpoint)


def test_an_endpoint_that_makes_no_sense(start_daemon_process: StartProcess) -> None:
    refused = start_daemon_process("--model", "passthrough", endpoint="tcp://127.0.0.1:port", ready=False)
    assert refused.wait() == 1
    assert "--bind" in refused.log
    assert "Traceback" not in refused.log


def test_a_model_that_is_not_there(start_daemon_process: StartProcess) -> None:
    refused = start_daemon_process("--model", "no-such-model", ready=False)
    assert refused.wait(120.0) == 1
    assert "Traceback" not in refused.log


def test_key_files(tmp_path: Path) -> None:
    server, client = write_key_files(tmp_path / "keys")
    for path in (server, client):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keys = read_server_keys(server)
    assert keys.public.decode() in client.read_text()
    assert keys.secret.decode() not in client.read_text()
    with pytest.raises(KeyFileError, match="exists"):
        write_key_files(tmp_path / "keys")
    for text in ("", "server_public = short\n", "\u00e9"):
        (tmp_path / "bad.key").write_text(text, encoding="utf-8")
        with pytest.raises(KeyFileError):
            read_server_keys(tmp_path / "bad.key")


def test_curve_admits_its_client_and_nobody_else(
    start_daemon_process: StartProcess, connect: Connect, tmp_path: Path, free_port: int
) -> None:
    server, client_file = write_key_files(tmp_path / "keys")
    arguments = ("--model", "passthrough", "--key-file", str(server))
    daemon = start_daemon_process(*arguments, endpoint=f"tcp://0.0.0.0:{free_port}")
    lines = [line.split(" = ") for line in client_file.read_text().splitlines() if " = " in line]
    keys = {name: value.encode() for name, value in lines}
    endpoint = f"tcp://127.0.0.1:{free_port}"
    stranger_public, stranger_secret = zmq.curve_keypair()
    for curve in (None, (keys["server_public"], stranger_public, stranger_secret)):
        stranger = connect(endpoint, greet=False, curve=curve)
        stranger.send(stranger.hello())
        assert stranger.is_silent(300)
    friend = connect(endpoint, greet=False, curve=(keys["server_public"], keys["client_public"], keys["client_secret"]))
    assert friend.greet()["capabilities"] == ["inline"]
    friend.open()
    friend.send_frame(1, noise_picture())
    friend.receive_result()
    friend.send(friend.open_header(2, transport=[{"name": "shared_memory", "ring": None}]))
    friend.expect_error("bad_ring")
    assert daemon.alive


def test_keygen_command(tmp_path: Path) -> None:
    code = (
        "import argparse, sys; from mirage_lsd.commands import keygen; parser = argparse.ArgumentParser(); "
        "keygen.add_arguments(parser); sys.exit(keygen.run(parser.parse_args()))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "keys")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    again = subprocess.run(command, check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert again.stderr.count("\n") == 1


def test_token(start_daemon_process: StartProcess, connect: Connect) -> None:
    daemon = start_daemon_process("--model", "passthrough", "--token", "sésame")
    for wrong in ({}, {"token": "sesame"}, {"token": ""}):
        stranger = connect(daemon.endpoint, greet=False)
        stranger.send(stranger.hello(**wrong))
        assert stranger.expect_error("unauthorized")["fatal"] is True
        stranger.send(stranger.open_header())
        stranger.expect_error("hello_required")
    connect(daemon.endpoint, greet=False).greet(token="sésame")


def test_metrics(start_daemon_process: StartProcess, connect: Connect, free_port: int) -> None:
    daemon = start_daemon_process("--model", "passthrough", "--metrics-port", str(free_port))
    client = connect(daemon.endpoint)
    client.open()
    for seq in (1, 2):
        client.send_frame(seq, noise_picture())
        client.receive_result()
    client.send({"t": "teleport"})
    client.expect_error("unknown_type")
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/metrics", timeout=10.0) as response:
        lines = response.read().decode().splitlines()
    assert "mirage_lsd_results_total 2.0" in lines
    assert "mirage_lsd_sessions 1.0" in lines
    assert "mirage_lsd_streams 1.0" in lines
    assert 'mirage_lsd_errors_total{code="unknown_type"} 1.0' in lines


def test_a_taken_metrics_port(start_daemon_process: StartProcess) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = start_daemon_process("--model", "passthrough", "--metrics-port", str(port), ready=False)
        assert refused.wait() == 1
    assert "--metrics-port" in refused.log
    assert "Traceback" not in refused.log


def test_segments_of_the_dead_are_swept(start_daemon_process: StartProcess) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = Path(f"/dev/shm/lsd-{dead.pid}-{secrets.token_hex(16)}")
    alive = Path(f"/dev/shm/lsd-{os.getpid()}-{secrets.token_hex(16)}")
    other = Path(f"/dev/shm/lsd-{dead.pid}-not-ours")
    try:
        for path in (left, alive, other):
            path.write_bytes(b"x")
            os.utime(path, (time.time() - 120, time.time() - 120))
        start_daemon_process("--model", "passthrough")
        assert [path.exists() for path in (left, alive, other)] == [False, True, True]
    finally:
        for path in (left, alive, other):
            path.unlink(missing_ok=True)


def test_a_killed_daemon_leaves_no_names(daemon: DaemonProcess, connect: Connect) -> None:
    client = connect(daemon.endpoint)
    client.open_shared()  # both sides have opened: both names are gone
    daemon.kill()
    assert not list(Path("/dev/shm").glob(f"lsd-{daemon.pid}-*"))
