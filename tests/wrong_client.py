"""A client that breaks one rule of the protocol at a time, for the tests of the conformance suite.

python tests/wrong_client.py ENDPOINT FAULT
"""

from __future__ import annotations

import sys
import time

import zmq
from daemon_client import HEIGHT, WIDTH, DaemonClient

FRAME_BYTES = WIDTH * HEIGHT * 4


class WrongClient(DaemonClient):
    """Opens a stream and sends frames until it is ended, with one fault."""

    def __init__(self, endpoint: str, fault: str) -> None:
        super().__init__(endpoint)
        self.fault = fault

    def run(self) -> None:
        if self.fault == "starts-with-a-ping":
            self.send({"t": "ping", "t_ns": 1})
        self.send(self.hello(**({"client": "me"} if self.fault == "client-is-a-string" else {})))
        if self.fault == "does-not-wait-for-welcome":
            self.send(self.open_header())
        self.expect("welcome")
        self.send(self.open_header())
        if self.fault == "does-not-wait-for-opened":
            self.send(self.frame_header(0), bytes(FRAME_BYTES))
        while self.receive()[0]["t"] != "opened":
            pass
        self.frames()

    def frames(self) -> None:
        for i in range(10_000):
            seq = 7 if self.fault == "numbers-stand-still" else i
            now = time.monotonic_ns()
            late = self.fault == "captured-after-submitted"
            header = self.frame_header(seq, t_capture_ns=now + late * 10**9, t_submit_ns=now)
            self.send(header, bytes(FRAME_BYTES - (100 if self.fault == "payload-is-short" else 0)))
            if i == 3 and self.fault == "goes-without-a-word":
                return
            if i == 3 and self.fault == "speaks-after-bye":
                self.send({"t": "bye"})
            if i == 3 and self.fault == "control-of-another-stream":
                self.send({"t": "control", "stream": 9, "control_seq": 1, "values": {"strength": 1.0}})
            if i % 60 == 59 and self.fault != "never-pings":
                self.send({"t": "ping", "t_ns": now})
            while self.socket.poll(0):
                header, _ = self.receive()  # chokes on what is no msgpack
                if header["t"] == "error" and self.fault == "gives-up-over-an-error":
                    sys.exit(header["message"])
            time.sleep(0.016)


if __name__ == "__main__":
    with WrongClient(*sys.argv[1:]) as client:
        client.run()
        client.socket.close(linger=1000)
        zmq.Context.instance().term()
