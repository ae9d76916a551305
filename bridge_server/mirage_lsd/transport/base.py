"""What the server needs of a transport, and the buffers that a transport makes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from ..frame import Slot
from ..protocol.layout import PackedLayout
from ..protocol.messages import Frame
from ..protocol.parts import TransportOffer
from .pixels import srgb_from_linear, swap_red_blue


class FrameLost(Exception):
    """The slot was overwritten while it was read (torn), or its writer died while writing: this frame only is lost."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a result's pixels (or its context) are: in a ring (`slot`, and `slot_seq`, which tells the reader whether the slot was overwritten
    since), or in `payload`, which goes with the header."""

    slot: int | None = None
    slot_seq: int | None = None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class FrameSizes:
    """Packed sizes of a stream's input and output in bytes, and the number of planes.

    Attributes:
        color_format, output_format: as in the protocol. card: the number of the CUDA device that the model runs on. buffers: how many times
            `make_buffer` will be called.
    """

    frame_bytes: int
    planes: int
    output_bytes: int
    color_format: str = "rgba8"
    output_format: str = "rgba8"
    card: int = 0
    buffers: int = 3


class DeviceArray(Protocol):
    """A plane on any device: what numpy, PyTorch and CuPy arrays have in common (the array API's exchange protocol)."""

    def __dlpack__(self, **options: Any) -> Any: ...

    def __dlpack_device__(self) -> tuple[int, int]: ...


class FrameBuffer(ABC):
    """Memory for one input frame, made by a transport on its device and reused. The attributes say what is in it at present.

    Attributes:
        frame: the message it came with. t_receive_ns: when it was complete here. reset: a camera cut comes with it.
        slots: the stream's table of slots as it was with this frame.
    """

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.t_receive_ns = 0
        self.reset = False
        self.slots: tuple[Slot, ...] = ()

    @property
    @abstractmethod
    def planes(self) -> Mapping[str, Any]:
        """The planes by name, each a `DeviceArray`; `color` is rgba8, sRGB-encoded, whatever format came."""


class HostFrameBuffer(FrameBuffer):
    """A packed frame in host memory; the planes are numpy views into it."""

    def __init__(self, layout: PackedLayout) -> None:
        super().__init__()
        self.packed = np.empty(layout.nbytes, dtype=np.uint8)
        self._views = layout.views(self.packed)
        color = next(plane for plane in layout.planes if plane.name == "color")
        self._format = color.format
        self._converted: npt.NDArray[np.uint8] | None = None
        if color.format != "rgba8":
            self._converted = np.empty((color.height, color.width, 4), dtype=np.uint8)

    @property
    def planes(self) -> Mapping[str, npt.NDArray[Any]]:
        if self._converted is None:
            return self._views
        if self._format == "bgra8":
            swap_red_blue(self._views["color"], self._converted)
        else:
            srgb_from_linear(self._views["color"], self._converted)
        return {**self._views, "color": self._converted}


class Transport(ABC):
    """Carries one stream's planes from the client and its results back.

    `__init__(offer, sizes)` takes what the client offered, and raises ProtocolError with the reason why it can't be had.

    `read` is called by the I/O thread, `settle`, `finish` and `write` by the worker thread.

    Attributes:
        name: as in the protocol. device: where its buffers are ("cpu", "cuda"): a pipeline says which it accepts.
        local_only: only for clients on this machine. answer: what `opened` tells the client.
    """

    name: ClassVar[str]
    device: ClassVar[str]
    local_only: ClassVar[bool]
    answer: TransportOffer

    @abstractmethod
    def __init__(self, offer: TransportOffer, sizes: FrameSizes) -> None: ...

    @classmethod
    def problem(cls) -> str:
        """Why this system does not have it at all, one sentence; "": it has."""
        return ""

    @abstractmethod
    def make_buffer(self, layout: PackedLayout) -> FrameBuffer:
        """A buffer that `read` can fill with a frame of this layout, on the transport's device."""

    @abstractmethod
    def read(self, frame: Frame, payload: Any | None, buffer: FrameBuffer) -> None:
        """Brings a frame's planes into `buffer`, which this transport made.

        Args:
            payload: the message's second part as a buffer, or None.

        Raises:
            ProtocolError: `bad_frame`, the frame does not fit the opened planes.
            FrameLost: the client overwrote the slot meanwhile; only this frame is lost.
        """

    def settle(self, buffer: FrameBuffer) -> None:
        """Called before a buffer that `read` was given is looked into: whatever is not there yet is waited for.

        Raises:
            FrameLost: the client overwrote the slot meanwhile, or its planes never came about.
        """
        return

    def finish(self, buffer: FrameBuffer) -> None:
        """Called when a buffer that was given to `settle` is looked into no more, also where that failed."""
        return

    @abstractmethod
    def write(self, pixels: Any, seq: int) -> Delivery:
        """Gives a result to the client.

        Args:
            pixels: where `device` is "cpu" a numpy array, else one on that device. uint8, one dimension: height x width x 4 bytes of a picture, or a context's bytes, without the gap that rounds a packed
                size up to 64.
            seq: the client's number of the frame.
        """

    @abstractmethod
    def close(self) -> None:
        """Unmaps and unlinks what there is. Can be called twice."""


class HostTransport(Transport):
    """A transport whose frames are in host memory."""

    device = "cpu"

    def make_buffer(self, layout: PackedLayout) -> HostFrameBuffer:
        return HostFrameBuffer(layout)

    def read(self, frame: Frame, payload: Any | None, buffer: FrameBuffer) -> None:
        assert isinstance(buffer, HostFrameBuffer)
        self.read_into(frame, payload, buffer.packed)

    @abstractmethod
    def read_into(self, frame: Frame, payload: Any | None, destination: npt.NDArray[np.uint8]) -> None:
        """Copies a packed frame into `destination` (uint8, exactly the packed size)."""
