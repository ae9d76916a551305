"""The packed frame is the message's second part. The way between machines."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..protocol.errors import ProtocolError
from ..protocol.messages import Frame
from ..protocol.parts import TransportOffer
from .base import Delivery, FrameSizes, HostTransport


class InlineTransport(HostTransport):
    """The planes travel in the messages themselves, and are copied out of them: works over a network."""

    name = "inline"
    local_only = False

    def __init__(self, offer: TransportOffer, sizes: FrameSizes) -> None:
        self._frame_bytes = sizes.frame_bytes
        self._output_bytes = sizes.output_bytes
        self.answer = TransportOffer(self.name)

    def read_into(self, frame: Frame, payload: Any | None, destination: npt.NDArray[np.uint8]) -> None:
        if payload is None:
            raise ProtocolError("bad_frame", f"Stream {frame.stream} is inline: send the planes as the second part.")
        source = np.frombuffer(payload, dtype=np.uint8)
        if source.size != self._frame_bytes:
            raise ProtocolError(
                "bad_frame",
                f"The payload has {source.size} bytes, the opened planes need {self._frame_bytes} "
                "(each plane starts at a multiple of 64, the total is rounded up to 64).",
            )
        np.copyto(destination, source)

    def write(self, pixels: npt.NDArray[np.uint8], seq: int) -> Delivery:
        return Delivery(payload=pixels.tobytes().ljust(self._output_bytes, b"\0"))

    def close(self) -> None:
        pass
