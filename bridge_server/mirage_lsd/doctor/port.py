"""The port of the daemon."""

from __future__ import annotations

import os
import platform
import socket

import zmq

from .. import __version__
from ..protocol import PROTOCOL_VERSION, ProtocolError, decode_daemon, encode
from ..protocol.messages import ClientBye, Error, Hello, Welcome
from ..protocol.parts import ClientFields
from .finding import Finding

_TIMEOUT_MS = 2_000


def check_port(port: int) -> Finding:
    """Nobody listens on 127.0.0.1:`port`, or a daemon does."""
    name = f"port {port}"
    with socket.socket() as trial:
        if os.name != "nt":  # where it would allow a second listener
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            return Finding(name, "ok", "free")
        except PermissionError:
            hint = f"choose one above 1023: `mirage-lsd serve --bind tcp://127.0.0.1:{port + 10_000}`"
            return Finding(name, "problem", "this user must not listen there", hint)
        except OSError:
            answer = _ask(port)
    if answer is not None:
        return Finding(name, "ok", answer)
    return Finding(
        name,
        "problem",
        "taken by something that is no MirageLSD daemon (or by one that asks for keys)",
        "stop it, or run `mirage-lsd serve --bind tcp://127.0.0.1:PORT` and give the engine that endpoint",
    )


def _ask(port: int) -> str | None:
    """Says hello; None when no daemon answers."""
    client = ClientFields("mirage-lsd doctor", __version__, "none", platform.system(), os.getpid())
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(f"tcp://127.0.0.1:{port}")
        dealer.send(encode(Hello(PROTOCOL_VERSION, client)))
        if not dealer.poll(_TIMEOUT_MS):
            return None
        try:
            answer = decode_daemon(dealer.recv())
        except ProtocolError:
            return None
        if isinstance(answer, Welcome):
            dealer.send(encode(ClientBye()))
            dealer.linger = 200
            models = ", ".join(model.name for model in answer.models)
            return f"a daemon {answer.server.version} answers, with {models}"
        return f"a daemon answers: {answer.message}" if isinstance(answer, Error) else None
