"""A client in Python: sends a moving picture for two seconds and says how long the results took.

python examples/client.py [ENDPOINT]
"""

from __future__ import annotations

import sys
import time

import numpy as np

from mirage_lsd import Client


def main() -> int:
    endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5757"
    results = 0
    with (
        Client(endpoint, engine="example") as client,
        client.open_stream(320, 180, planes=("color",), model="passthrough") as stream,
    ):
        stream.control(strength=1.0)
        for i in range(120):  # an engine does this once a frame
            stream.submit(np.full((180, 320, 4), i, np.uint8))
            time.sleep(0.016)
            results += stream.acquire() is not None
        print(f"{results} results, latency p50 {stream.stats().latency_ms_p50:.2f} ms")
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())
