"""Two network namespaces and a slow, lossy link between them.

The link is a veth pair with `tc netem` where the kernel has it; else a pair of TUN devices and a process that holds each packet back and drops
some (`python slow_network.py relay ...`), which does the same to IP packets. Needs root and Linux.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import itertools
import json
import os
import random
import select
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

_CLONE_NEWNET = 0x40000000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_LINK = "slow0"
_READY = "ready"


class NoNamespacesError(Exception):
    """This machine can't make network namespaces; the text says why."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes that an end has sent and received."""

    sent: int
    received: int


class SlowNetwork:
    """Namespaces `near` and `far` with the addresses 10.77.0.1 and 10.77.0.2, from `__enter__` to `__exit__`.

    Args:
        delay_ms, loss: each way; `loss` as a share of the packets.

    Attributes:
        how: what makes the link slow.
    """

    near_address, far_address = "10.77.0.1", "10.77.0.2"

    def __init__(self, delay_ms: float, loss: float) -> None:
        self.near, self.far = f"lsd-near-{os.getpid()}", f"lsd-far-{os.getpid()}"
        self.how = ""
        self._delay_ms, self._loss = delay_ms, loss
        self._relay: subprocess.Popen[str] | None = None

    def __enter__(self) -> SlowNetwork:
        """Raises NoNamespacesError."""
        try:
            for name in (self.near, self.far):
                _ip("netns", "add", name)
                _ip("-n", name, "link", "set", "lo", "up")
            self.how = self._netem() or self._tun()
            for name, address in ((self.near, self.near_address), (self.far, self.far_address)):
                _ip("-n", name, "address", "add", f"{address}/30", "dev", _LINK)
                _ip("-n", name, "link", "set", _LINK, "up")
        except (OSError, subprocess.CalledProcessError) as error:
            self._remove()
            why = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else str(error)
            raise NoNamespacesError(why) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def command(self, namespace: str, *arguments: str) -> list[str]:
        """The command line that runs something in a namespace."""
        return ["ip", "netns", "exec", namespace, *arguments]

    def traffic(self, namespace: str) -> Traffic:
        """Of the link, headers of all layers included."""
        (link,) = json.loads(_ip("-n", namespace, "-s", "-j", "link", "show", "dev", _LINK))
        return Traffic(link["stats64"]["tx"]["bytes"], link["stats64"]["rx"]["bytes"])

    def _netem(self) -> str:
        """ "" where the kernel can't."""
        _ip("link", "add", _LINK, "netns", self.near, "type", "veth", "peer", "name", _LINK, "netns", self.far)
        slow = f"netem delay {self._delay_ms:g}ms loss {100 * self._loss:g}%"
        try:
            for name in (self.near, self.far):
                _ip("netns", "exec", name, "tc", "qdisc", "add", "dev", _LINK, "root", *slow.split())
        except subprocess.CalledProcessError:
            _ip("-n", self.near, "link", "delete", _LINK)
            return ""
        return f"veth, tc {slow}"

    def _tun(self) -> str:
        ends = [self.near, self.far, str(self._delay_ms), str(self._loss)]
        self._relay = subprocess.Popen([sys.executable, __file__, "relay", *ends], stdout=subprocess.PIPE, text=True)
        assert self._relay.stdout is not None
        if self._relay.stdout.readline().strip() != _READY:
            raise OSError("no TUN device can be made")
        return (
            f"TUN, delay {self._delay_ms:g} ms and loss {100 * self._loss:g} % by a process (this kernel has no netem)"
        )

    def _remove(self) -> None:
        if self._relay is not None:
            self._relay.kill()
            self._relay.communicate()
        for name in (self.near, self.far):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def _ip(*arguments: str) -> str:
    return subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True).stdout


def _tun_in(namespace: str) -> int:
    """A TUN device of a namespace; only its making has to happen in there."""
    libc: Any = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(there, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    try:
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", _LINK.encode(), _IFF_TUN | _IFF_NO_PI))
    finally:
        libc.setns(home, _CLONE_NEWNET)
        os.close(home)
        os.close(there)
    return device


def _relay(near: str, far: str, delay_s: float, loss: float) -> None:
    """Until it is killed."""
    chance = random.Random(1)
    other = dict(zip(devices := (_tun_in(near), _tun_in(far)), reversed(devices), strict=True))
    print(_READY, flush=True)
    waiting: list[tuple[float, int, int, bytes]] = []  # due, order, device, packet
    order = itertools.count()
    while True:
        due_in_s = max(waiting[0][0] - time.monotonic(), 0.0) if waiting else None
        for device in select.select(devices, [], [], due_in_s)[0]:
            packet = os.read(device, 65_536)
            if chance.random() >= loss:
                heapq.heappush(waiting, (time.monotonic() + delay_s, next(order), other[device], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(waiting)
            try:
                os.write(device, packet)
            except OSError:  # its queue is full, or it is not up yet: one more lost
                continue


if __name__ == "__main__" and sys.argv[1] == "relay":
    for name in sys.argv[2:4]:
        assert Path(f"/run/netns/{name}").exists()
    _relay(sys.argv[2], sys.argv[3], float(sys.argv[4]) / 1e3, float(sys.argv[5]))
