"""The same pictures through the PyPI package imagezmq (REQ/REP, loopback TCP), to compare with."""

from __future__ import annotations

import importlib.util
import subprocess
import time
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..child_environment import child_environment, module_command
from .errors import BenchError

HOW_TO_INSTALL = 'imagezmq is not installed, so its column stays empty: pip install "mirage-lsd[bench]"'
_TIMEOUT_MS = 10_000


def imagezmq_installed() -> bool:
    """Whether the comparison can be made."""
    return importlib.util.find_spec("imagezmq") is not None


class ImagezmqHop:
    """A second process that receives, and a sender to it; both end with `with`."""

    def __enter__(self) -> Self:
        import imagezmq
        import zmq

        command = module_command("mirage_lsd.bench.imagezmq_hub")
        self._hub = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=child_environment()
        )
        assert self._hub.stdout is not None
        with self._hub.stdout as output:
            endpoint = output.readline().strip()
        if not endpoint:
            self._hub.wait()
            raise BenchError("imagezmq's receiving process ended at once; its own message is above.")
        self._sender: Any = imagezmq.ImageSender(endpoint)
        for option in (zmq.RCVTIMEO, zmq.SNDTIMEO):
            self._sender.zmq_socket.set(option, _TIMEOUT_MS)
        self._sender.zmq_socket.set(zmq.LINGER, 0)
        return self

    def hop_ms(self, image: npt.NDArray[np.uint8]) -> float:
        """From before `send_image` to after `recv_image` in the other process, milliseconds.

        Raises:
            BenchError: no reply within 10 s.
        """
        import zmq

        try:
            reply: bytes = self._sender.send_image(str(time.monotonic_ns()), image)
        except zmq.ZMQError as error:
            raise BenchError(f"imagezmq's receiving process does not answer ({error.strerror}).") from error
        return int(reply) / 1e6

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._sender.send_image("stop", np.zeros((1, 1, 4), np.uint8))
                self._hub.wait(_TIMEOUT_MS / 1e3)
        finally:
            self._sender.close()
            if self._hub.poll() is None:
                self._hub.kill()
                self._hub.wait()
