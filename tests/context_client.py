"""A client that shades, as far as the protocol sees it: contexts where the daemon has some that it knows, else pictures.

python context_client.py ENDPOINT SECONDS [FAULT]; the faults: `forgets-the-camera`, `insists` (on contexts of any shape).
"""

from __future__ import annotations

import sys
import time

import numpy as np

from mirage_lsd.client import Camera, Client, Stream, StreamState

WIDTH, HEIGHT = 320, 176
CAMERA = Camera(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32))
COLOR = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
DEPTH = np.ones((HEIGHT, WIDTH), np.float32)


def open_stream(client: Client, contexts: bool) -> Stream:
    return client.open_stream(WIDTH, HEIGHT, output_format="context" if contexts else "rgba8")


def main(endpoint: str, seconds: str, fault: str = "") -> None:
    end = time.monotonic() + float(seconds)
    with Client(endpoint) as client:
        client.wait_ready(10.0)
        contexts = client.has_contexts() or fault == "insists"
        stream = open_stream(client, contexts)
        while time.monotonic() < end:
            if contexts and stream.state is StreamState.FAILED and fault != "insists":
                stream.close()
                contexts = False
                stream = open_stream(client, contexts)
            stream.submit(COLOR, DEPTH, camera=None if fault == "forgets-the-camera" else CAMERA)
            if contexts:
                stream.acquire_context()
            else:
                stream.acquire()
            time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
