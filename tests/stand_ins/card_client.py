"""A client whose frames are on a card (or its stand-in): submits counted pictures through the C ABI, and checks what comes back.

card_client.py ENDPOINT FRAMES [transport=..., close, ...]: prints a JSON object. The picture of frame n is `picture(n)`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import numpy as np

from mirage_lsd.client import Client
from mirage_lsd.cuda.array import CudaArray
from mirage_lsd.cuda.driver import CudaDriver

WIDTH, HEIGHT = 96, 64


def picture(number: int) -> np.ndarray:
    """H x W x 4 uint8 that no other number has."""
    values = np.arange(WIDTH * HEIGHT * 4, dtype=np.uint32) * 7 + number * 101
    return (values % 251).astype(np.uint8).reshape(HEIGHT, WIDTH, 4)


def main(endpoint: str, frames: int, options: dict[str, str]) -> dict[str, Any]:
    driver = CudaDriver()
    shape, nbytes = (HEIGHT, WIDTH, 4), WIDTH * HEIGHT * 4
    right = wrong = 0
    with driver.current(), Client(endpoint) as client:
        work = driver.create_stream()
        color = [driver.allocate(nbytes) for _ in range(2)]
        depth = driver.allocate(nbytes)
        stream = client.open_stream(
            WIDTH, HEIGHT, planes=("depth", "color"), model="passthrough", cuda_device=0, cuda_stream=work,
            transport=options.get("transport", "auto"),
        )  # fmt: skip
        if not stream.wait_open(60.0):
            return {"error": stream.last_error}
        print("open", flush=True)
        sent: dict[int, int] = {}
        host = [np.empty(shape, np.uint8) for _ in range(2)]
        number, deadline = 0, time.monotonic() + float(options.get("seconds", "120"))
        while right + wrong < frames and time.monotonic() < deadline:
            slot = number % 2
            driver.synchronize(work)  # the host array of two frames ago is being read until then
            host[slot][:] = picture(number)
            driver.call("cuMemcpyHtoDAsync", color[slot], host[slot].ctypes.data, nbytes, work)
            plane = CudaArray(color[slot], shape, np.dtype(np.uint8), stream=work)
            seq = stream.submit(plane, depth=CudaArray(depth, shape[:2], np.dtype(np.float32)))
            if seq is not None:
                sent[seq] = number
            number += 1
            result = None
            until = time.monotonic() + 2.0
            while result is None and time.monotonic() < until:
                result = stream.acquire()
                time.sleep(0.0005)
            if result is None:
                continue
            seen = np.zeros(shape, np.uint8)
            driver.call("cuMemcpyDtoHAsync", seen.ctypes.data, result.pixels.address, nbytes, work)
            driver.synchronize(work)
            if (seen == picture(sent[result.seq])).all():
                right += 1
            else:
                wrong += 1
        stats = stream.stats()
        driver.synchronize(work)
        for address in (*color, depth):
            driver.free(address)
        stream.close()
        driver.destroy_stream(work)
    driver.close()
    return {
        "pid": os.getpid(),
        "right": right,
        "wrong": wrong,
        "submitted": number,
        "transport": stats.transport,
        "dropped": stats.dropped_daemon,
        "error": "",
    }


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[3:])
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), given)), flush=True)
