"""An engine that walks through a grey box, its planes on a card (or its stand-in) or in host memory: what it got back, and what the daemon
copied meanwhile.

card_player.py ENDPOINT WHERE OUT.npz DAEMON_PID COUNTERS: WHERE is card or host; prints a JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from libcuda_stand_in import read_counters

from mirage_lsd.client import Client
from mirage_lsd.cuda.driver import CudaDriver
from mirage_lsd.cuda.memory import uploaded
from mirage_lsd.frame import Camera, Slot

WIDTH, HEIGHT = 96, 64
OUTPUT = (80, 48)
FRAMES, STEADY_FROM = 8, 3
# One that is painted as skin, one that is left alone.
SLOTS = (Slot(4, "skin"), Slot(9, "unspecified", 0.0))
PROJECTION = np.array([[1.1, 0, 0, 0], [0, 1.6, 0, 0], [0, 0, -1.0002, -0.2], [0, 0, -1, 0]], np.float32)


def planes(number: int, finished: bool) -> dict[str, np.ndarray]:
    """A floor, a sky, two boxes that stay where they are in the picture."""
    rows = np.linspace(-1.0, 1.0, HEIGHT, dtype=np.float32)[:, None]
    depth = np.where(rows > 0.05, 1.6 / np.maximum(rows, 0.05), 0.0).astype(np.float32).repeat(WIDTH, 1)
    color = np.full((HEIGHT, WIDTH, 4), 120, np.uint8)
    color[depth == 0] = 200
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    ids[36:52, 20:32], ids[36:52, 50:70] = 4, 9
    color[ids == 9] = (10, 240, 30, 77)
    depth[ids > 0] = 2.0
    if finished:
        color[..., :3] += np.random.default_rng(number).integers(0, 40, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    return {"color": color, "depth": depth, "ids": ids}


def camera(number: int) -> Camera:
    """Two centimetres to the right with each frame."""
    view = np.eye(4, dtype=np.float32)
    view[:3, 3] = (-0.02 * number, -1.6, 0.0)
    return Camera(view, PROJECTION)


def main(endpoint: str, where: str, out: str, pid: int, counters: Path) -> dict[str, Any]:
    driver = CudaDriver() if where == "card" else None
    pictures, steady = [], None
    with Client(endpoint) as client:
        stream = client.open_stream(
            WIDTH, HEIGHT, planes=("color", "depth", "ids"), output_size=OUTPUT, seed=3, steps=1,
            cuda_device=None if driver is None else 0,
        )  # fmt: skip
        if not stream.wait_open(300.0):
            return {"error": stream.last_error}
        stream.control(scene="forest", strength=0.7)
        for number in range(FRAMES + 2):
            # At the end two finished pictures.
            sent = planes(number, finished=number >= FRAMES)
            given = sent if driver is None else {name: uploaded(driver, plane) for name, plane in sent.items()}
            seq = stream.submit(**given, camera=camera(number), slots=SLOTS if number == 0 else None)
            assert seq is not None
            deadline = time.monotonic() + 100.0
            while (result := stream.acquire()) is None or result.seq != seq:
                assert time.monotonic() < deadline, stream.last_error
                time.sleep(0.002)
            if driver is None:
                pictures.append(np.array(result.pixels))
            else:
                seen = np.zeros((OUTPUT[1], OUTPUT[0], 4), np.uint8)
                with driver.current():
                    driver.call("cuMemcpyDtoH", seen.ctypes.data, result.pixels.address, seen.nbytes)
                pictures.append(seen)
            counted = read_counters(counters, pid)
            if number == STEADY_FROM - 1:
                steady = counted
            if number == FRAMES - 1 and steady is not None:
                frames = FRAMES - STEADY_FROM
                copied = {
                    "to_host": (counted.bytes_to_host - steady.bytes_to_host) / frames,
                    "to_device": (counted.bytes_to_device - steady.bytes_to_device) / frames,
                    "allocated": counted.bytes - steady.bytes,
                    "faults": counted.faults,
                }
        transport = stream.stats().transport
        stream.close()
    if driver is not None:
        driver.close()
    np.savez(out, pictures=np.array(pictures))
    return {"transport": transport, "error": "", **copied}


if __name__ == "__main__":
    _, endpoint, where, out, pid, counters = sys.argv
    print(json.dumps(main(endpoint, where, out, int(pid), Path(counters))), flush=True)
