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
from .port_ranges import ask_for_ranges, free_of, range_of

_TIMEOUT_MS = 2_000


def check_port(port: int, ranges: list[tuple[int, int]] | None = None) -> Finding:
    """Nobody listens on 127.0.0.1:`port`, or a daemon does.

    Args:
        ranges: as if the system kept these for itself, first and last port; None: it is asked.
    """
    name = f"port {port}"
    ranges = ask_for_ranges() if ranges is None else ranges
    if kept := range_of(port, ranges):
        message = f"Windows keeps the ports {kept[0]} to {kept[1]} for itself (Hyper-V, WSL or Docker)"
        hint = f"run `mirage-lsd serve --bind tcp://127.0.0.1:{free_of(ranges, kept[1] + 1)}` and give the engine that endpoint"
        return Finding(name, "problem", message, hint)
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
