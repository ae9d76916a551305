"""Who may connect, when CURVE is on: the ZMQ Authentication Protocol (RFC 27), answered by the I/O thread itself."""

from __future__ import annotations

import zmq
import zmq.utils.z85

from .keys import ServerKeys


class ZapHandler:
    """Admits the clients whose public key is on the list. `socket` is to be polled, `answer` called when it is readable."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], keys: ServerKeys) -> None:
        self._clients = keys.clients
        self.socket = context.socket(zmq.REP)
        self.socket.bind("inproc://zeromq.zap.01")

    def answer(self) -> None:
        """Reads one request of libzmq and admits or refuses."""
        # version, request id, domain, address, identity, mechanism, credentials ...
        request = self.socket.recv_multipart()
        version, request_id, mechanism = request[0], request[1], request[5]
        admitted = mechanism == b"CURVE" and zmq.utils.z85.encode(request[6]) in self._clients
        status = [b"200", b"OK"] if admitted else [b"400", b"The client's key is not on the list."]
        self.socket.send_multipart([version, request_id, *status, b"", b""])

    def close(self) -> None:
        self.socket.close(linger=0)
