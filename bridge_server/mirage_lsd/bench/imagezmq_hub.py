"""The receiving process of the comparison with imagezmq: `python -m mirage_lsd.bench.imagezmq_hub`.

Prints the endpoint on which it listens. Each image's text is the sender's `time.monotonic_ns()`; the reply is the
nanoseconds from there to the image's receipt. An image with the text "stop" ends the process.
"""

from __future__ import annotations

import time

import imagezmq
import zmq


def main() -> None:
    """Receives until it is told to stop."""
    with imagezmq.ImageHub("tcp://127.0.0.1:*") as hub:
        print(hub.zmq_socket.get(zmq.LAST_ENDPOINT).rstrip(b"\0").decode(), flush=True)
        while True:
            text, _image = hub.recv_image()
            received = time.monotonic_ns()
            if text == "stop":
                hub.send_reply(b"")
                return
            hub.send_reply(str(received - int(text)).encode())


if __name__ == "__main__":
    main()
