"""The daemon's memory does not grow with the number of frames or of streams."""

from __future__ import annotations

import os
from collections.abc import Callable

import psutil
import pytest
from conftest import DaemonProcess
from daemon_client import DaemonClient, noise_picture

FRAMES = int(os.environ.get("LSD_SOAK_FRAMES", "6000"))  # 100000 for a long run
REOPEN_ROUNDS = int(os.environ.get("LSD_SOAK_ROUNDS", "6"))  # 300 for a long run
SESSIONS, STREAMS = 16, 8  # the daemon's limits
SIDE = 16
WINDOW = 8  # frames under way


@pytest.mark.parametrize("shared", [False, True], ids=["inline", "shared_memory"])
def test_memory_stays_flat(daemon: DaemonProcess, connect: Callable[..., DaemonClient], shared: bool) -> None:
    client = connect(daemon.endpoint)
    size = {"width": SIDE, "height": SIDE}
    planes = [{"name": "color", "format": "rgba8", **size}]
    output = {"format": "rgba8", **size}
    (client.open_shared if shared else client.open)(planes=planes, output=output)
    picture = noise_picture(0, SIDE, SIDE)
    process = psutil.Process(daemon.pid)
    control_seq = 0

    def run(first: int, last: int) -> None:
        nonlocal control_seq
        for start in range(first, last, WINDOW):
            control_seq += 1
            client.send({"t": "control", "stream": 1, "control_seq": control_seq, "values": {"seed": start}})
            for seq in range(start, start + WINDOW):
                client.send_frame(seq, picture)
            client.send({"t": "ping", "t_ns": start})
            while client.receive()[0]["t"] != "pong":
                pass

    run(1, 1 + FRAMES // 3)
    before = process.memory_info().rss
    run(1 + FRAMES // 3 + WINDOW, FRAMES)
    grown = process.memory_info().rss - before
    assert grown < 4_000_000, f"{grown} bytes more after {FRAMES} frames"


def test_clients_that_reopen_all_their_streams(daemon: DaemonProcess, connect: Callable[..., DaemonClient]) -> None:
    """As many clients and streams as the daemon takes, opened and closed again and again: all is given back."""
    clients = [connect(daemon.endpoint) for _ in range(SESSIONS)]
    picture = noise_picture(0, SIDE, SIDE)
    size = {"width": SIDE, "height": SIDE}
    planes = [{"name": "color", "format": "rgba8", **size}]
    process = psutil.Process(daemon.pid)

    def reopen(rounds: int) -> None:
        for _ in range(rounds):
            for client in clients:
                for stream in range(1, 1 + STREAMS):
                    # Half of them with rings, which are files and mappings on either side.
                    opening = client.open_shared if stream % 2 else client.open
                    opening(stream, planes=planes, output={"format": "rgba8", **size})
                for stream in range(1, 1 + STREAMS):
                    client.send_frame(1, picture, stream)
            for client in clients:
                for stream in range(1, 1 + STREAMS):
                    client.send({"t": "close", "stream": stream})
                client.send({"t": "ping", "t_ns": 1})
                # Results may come, or be dropped with the stream; each close is answered.
                told = [client.receive()[0]["t"]]
                while told[-1] != "pong":
                    told.append(client.receive()[0]["t"])
                assert told.count("closed") == STREAMS, told
                for writer, reader in client.rings.values():
                    writer.close()
                    reader.close()
                client.rings.clear()

    reopen(max(2, REOPEN_ROUNDS // 4))
    before = (process.num_fds(), process.num_threads())
    rss = process.memory_info().rss
    reopen(REOPEN_ROUNDS)
    assert (process.num_fds(), process.num_threads()) == before
    grown = process.memory_info().rss - rss
    assert grown < 4_000_000, f"{grown} bytes more after {REOPEN_ROUNDS * SESSIONS * STREAMS} streams"
