"""The daemon's ROUTER socket: binds, receives, sends; survives running out of file descriptors."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import socket as socketlib
import struct
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any

import structlog
import zmq
import zmq.utils.monitor

from .. import clock
from ..endpoint import bind_address
from .curve import ServerKeys
from .limits import Limits

log = structlog.get_logger("mirage_lsd.router")

# Connections that the system may complete before libzmq accepts them, and descriptors held back for them.
_BACKLOG = 16
_SPARE_DESCRIPTORS = 24
_RETRY_S = 1.0
# A classic BPF program of one instruction, "return 0": the socket takes no packet. From <linux/filter.h> and <asm/socket.h>.
_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27
_DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)


_MOST_EVENTS = 1_000
_TCP = re.compile(r"tcp://(?P<host>[0-9.]+|\*|\[[0-9a-fA-F:.]+\]):(?P<port>\d{1,5}|\*)")


class StartError(Exception):
    """The daemon can't start; the text is one sentence that says what to do."""


class Sent(Enum):
    """What became of a message."""

    YES = 0
    FULL = 1  # too much is undelivered
    GONE = 2  # the client is not there any more


class Router:
    """One socket for all clients; used by the I/O thread only.

    Args:
        keys: turns CURVE on.

    Attributes:
        endpoint: where it listens, with the port that the system chose. socket, monitor: to be polled.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], limits: Limits, keys: ServerKeys | None) -> None:
        self.endpoint = ""
        self._listener: socketlib.socket | None = None
        self._spare: list[int] = []
        self._told_full = False
        self._closed_since: float | None = None
        socket = self.socket = context.socket(zmq.ROUTER)
        socket.set(zmq.MAXMSGSIZE, limits.max_payload_bytes)
        socket.set(zmq.ROUTER_MANDATORY, 1)  # a client that is gone is an error, not a silent loss
        socket.set(zmq.SNDHWM, limits.max_undelivered)
        socket.set(zmq.RCVHWM, 64)
        socket.set(zmq.HANDSHAKE_IVL, 5_000)
        if keys is not None:
            socket.set(zmq.CURVE_SERVER, 1)
            socket.set(zmq.CURVE_SECRETKEY, keys.secret)
            socket.set(zmq.CURVE_PUBLICKEY, keys.public)
        self.monitor = socket.get_monitor_socket(zmq.EVENT_ACCEPT_FAILED)

    def bind(self, endpoint: str, option: str = "--bind ") -> None:
        """Listens.

        Args:
            option: what people put before the address, for sentences.

        Raises:
            StartError: the address can't be had.
        """
        address = bind_address(endpoint)
        self.socket.set(zmq.IPV6, int("[" in address))
        try:
            if sys.platform != "win32":  # where descriptors are not scarce
                address = self._listen(address)
            self.socket.bind(address)
        except (OSError, zmq.ZMQError) as error:
            raise StartError(_why_not(endpoint, error, option)) from None
        found = self.socket.get(zmq.LAST_ENDPOINT)
        self.endpoint = (found if isinstance(found, bytes) else str(found).encode()).rstrip(b"\0").decode()

    def receive_all(self, most: int, handle: Callable[[list[zmq.Frame]], None]) -> None:
        """Gives each message that is there to `handle`, at most `most` of them."""
        for _ in range(most):
            try:
                parts = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            handle(parts)

    def send(self, identity: bytes, header: bytes, payload: Any | None = None) -> Sent:
        """Never waits."""
        parts = [identity, header] if payload is None else [identity, header, payload]
        try:
            self.socket.send_multipart(parts, zmq.NOBLOCK)
        except zmq.Again:
            return Sent.FULL
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return Sent.GONE
        return Sent.YES

    def look_after(self) -> None:
        """Called every round: lets no new client in while the system has no descriptor left for one.

        Else libzmq would try to accept the same connection for ever, at a full core. The listener takes no packets then; what it had taken
        already gets the descriptors held back. (On Linux; elsewhere the raised limit has to do.)
        """
        if self._listener is None:
            return
        now = clock.now_s()
        if self._closed_since is None:
            if not self.monitor.poll(0):
                return
            if not self._told_full:
                log.warning(
                    "no file descriptor left for a new client",
                    consequence="it has to wait, those that are connected go on; close some, or raise `ulimit -n`",
                )
                self._told_full = True
            self._filter(True)
            _close_all(self._spare)
            self._closed_since = now
        elif now - self._closed_since >= _RETRY_S:
            self._closed_since = now
            self._spare += _spare_descriptors(_SPARE_DESCRIPTORS - len(self._spare))
            if len(self._spare) == _SPARE_DESCRIPTORS:
                self._filter(False)
                self._closed_since = None
        # What libzmq told meanwhile; at most a round's worth, since it may go on failing for a moment.
        for _ in range(_MOST_EVENTS):
            if not self.monitor.poll(0):
                break
            zmq.utils.monitor.recv_monitor_message(self.monitor)

    def _filter(self, on: bool) -> None:
        assert self._listener is not None
        if sys.platform != "linux":
            return
        if not on:
            self._listener.setsockopt(socketlib.SOL_SOCKET, _SO_DETACH_FILTER, 0)
            return
        program = ctypes.create_string_buffer(_DROP_ALL)
        fprog = struct.pack("HL", 1, ctypes.addressof(program))  # padded to the pointer's alignment
        self._listener.setsockopt(socketlib.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)

    def close(self) -> None:
        """Gives what was sent last half a second to leave."""
        self.socket.disable_monitor()
        self.monitor.close(linger=0)
        self.socket.close(linger=500)
        _close_all(self._spare)
        if self._listener is not None:
            self._listener.close()

    def _listen(self, endpoint: str) -> str:
        """Makes the listening socket of a tcp endpoint ourselves, so that `look_after` can close it to new clients; returns the address to bind."""
        match = _TCP.fullmatch(endpoint)
        if match is None:
            return endpoint
        host, port = match["host"].strip("[]"), 0 if match["port"] in ("*", "0") else int(match["port"])
        family = socketlib.AF_INET6 if ":" in host else socketlib.AF_INET
        listener = socketlib.socket(family, socketlib.SOCK_STREAM)
        try:
            listener.setsockopt(socketlib.SOL_SOCKET, socketlib.SO_REUSEADDR, 1)
            listener.bind(("" if host == "*" else host, port))
            listener.listen(_BACKLOG)
            self._listener = listener.dup()
        except OSError:
            listener.close()
            raise
        port = listener.getsockname()[1]
        self._spare = _spare_descriptors(_SPARE_DESCRIPTORS)
        self.socket.set(zmq.USE_FD, listener.detach())  # libzmq closes it
        return f"tcp://{match['host']}:{port}"


def _spare_descriptors(wanted: int) -> list[int]:
    """As many as can be had."""
    spare: list[int] = []
    with contextlib.suppress(OSError):
        while len(spare) < wanted:
            spare.append(os.open(os.devnull, os.O_RDONLY))
    return spare


def _close_all(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())


def _why_not(endpoint: str, error: zmq.ZMQError | OSError, option: str) -> str:
    if error.errno in (zmq.EADDRINUSE, errno.EADDRINUSE):
        return (
            f"{endpoint} is taken, probably by another daemon: stop it, or choose another port "
            f"with `{option}tcp://127.0.0.1:PORT`."
        )
    if error.errno in (errno.EACCES, getattr(errno, "WSAEACCES", errno.EACCES)):
        if sys.platform == "win32":
            return (
                f"Windows keeps the port of {endpoint} for itself (`netsh int ipv4 show excludedportrange protocol=tcp` "
                f"lists such ports): choose another one with `{option}tcp://127.0.0.1:PORT`."
            )
        return f"{endpoint} needs rights that this user does not have: choose a port above 1023 with `{option}tcp://127.0.0.1:PORT`."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{endpoint} is no address of this machine; bind to tcp://127.0.0.1:PORT, or to tcp://0.0.0.0:PORT with keys."
    return f"{endpoint} can't be bound ({error.strerror}); give one like `{option}tcp://127.0.0.1:5757`."
