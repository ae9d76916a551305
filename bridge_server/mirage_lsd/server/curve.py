"""CURVE: the keys (made by `mirage-lsd keygen`, read by `mirage-lsd serve --key-file`) and who may connect with them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import zmq
import zmq.utils.z85

_LINE = re.compile(r"(\w+)\s*=\s*(\S{40})")


class KeyFileError(Exception):
    """A key file can't be read or written; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """The daemon's secret and public key and the public keys of the clients it admits (Z85)."""

    public: bytes
    secret: bytes
    clients: frozenset[bytes]


def write_key_files(folder: Path) -> tuple[Path, Path]:
    """Makes a server pair and a client pair; writes server.key and client.key, readable by this user only.

    Raises:
        KeyFileError: a file is there already, or the folder can't be written.
    """
    server_public, server_secret = (key.decode("ascii") for key in zmq.curve_keypair())
    client_public, client_secret = (key.decode("ascii") for key in zmq.curve_keypair())
    server, client = folder / "server.key", folder / "client.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (server, client):
            if path.exists():
                raise KeyFileError(f"{path} exists; give an empty folder or delete it first.")
        _write(
            server,
            "# MirageLSD: key of the daemon. Keep it secret; `mirage-lsd serve --key-file` reads it.\n"
            "# One client_public line for each client that may connect.\n"
            f"server_public = {server_public}\nserver_secret = {server_secret}\nclient_public = {client_public}\n",
        )
        _write(
            client,
            "# MirageLSD: key of a client. Keep it secret; copy its three values into the plugin's connection settings.\n"
            f"server_public = {server_public}\nclient_public = {client_public}\nclient_secret = {client_secret}\n",
        )
    except OSError as error:
        raise KeyFileError(f"{folder} can't be written ({error.strerror}).") from error
    return server, client


def read_server_keys(path: Path) -> ServerKeys:
    """Reads server.key.

    Raises:
        KeyFileError: unreadable, a key is missing, or not Z85 of 40 characters.
    """
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path} can't be read ({error}); make it with `mirage-lsd keygen DIR`.") from None
    values: dict[str, list[bytes]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise KeyFileError(f"{path}, line {number}: expected `name = key` with a key of 40 characters.")
        values.setdefault(match[1], []).append(match[2].encode("ascii"))
    for name in ("server_public", "server_secret", "client_public"):
        if name not in values:
            raise KeyFileError(f"{path} has no line `{name}`; make a new one with `mirage-lsd keygen DIR`.")
    return ServerKeys(values["server_public"][0], values["server_secret"][0], frozenset(values["client_public"]))


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
        file.write(text)


class ZapHandler:
    """The ZMQ Authentication Protocol (RFC 27), answered by the I/O thread itself. Admits the clients whose public key is on the list. `socket` is to be polled, `answer` called when it is readable."""

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
