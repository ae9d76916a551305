"""A client in Python: opens a stream, sends a moving picture for 2 seconds, sets a control, prints the latency.

python client.py [ENDPOINT]
"""

import sys
import time

import numpy as np

from mirage_lsd.client import Client

WIDTH, HEIGHT = 320, 180


def main(endpoint: str = "tcp://127.0.0.1:5757") -> int:
    results = 0
    in_effect = False
    with (
        Client(endpoint, name="example in Python") as client,
        client.open_stream(WIDTH, HEIGHT, model="passthrough", planes=("color",)) as stream,
    ):
        control_seq = stream.control(strength=0.5)
        for number in range(125):  # nothing in this loop waits for the daemon
            picture = np.full((HEIGHT, WIDTH, 4), number * 2, np.uint8)
            stream.submit(picture)  # dropped while no daemon is there: the program goes on
            result = stream.acquire()
            if result is not None:  # result.pixels: to the screen
                results += 1
                in_effect = result.control_seq >= control_seq
            time.sleep(0.016)
        latency = stream.stats().latency_ms_p50
        print(
            f"{results} results, latency {latency:.1f} ms, strength set: {'yes' if in_effect else 'no'}",
            client.last_error,
        )
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
