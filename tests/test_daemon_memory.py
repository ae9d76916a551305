"""The daemon's memory does not grow with the number of frames."""

from __future__ import annotations

import os
from collections.abc import Callable

import psutil
import pytest
from conftest import DaemonProcess
from daemon_client import DaemonClient, noise_picture

FRAMES = int(os.environ.get("LSD_SOAK_FRAMES", "6000"))  # 100000 for a long run
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
