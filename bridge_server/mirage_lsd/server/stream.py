"""One stream: its buffers, its mailbox, its controls, its counters."""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt

from ..controls import Timeline
from ..frame import Camera, InputFrame, Sun
from ..pipelines.base import Pipeline, StreamSpec
from ..protocol.layout import PackedLayout
from ..protocol.messages import Frame, Open
from ..protocol.parts import CameraFields, SunFields
from ..transport import Delivery, Transport
from .mailbox import Mailbox
from .pixels import srgb_from_linear, swap_red_blue

# One frame waits, one is processed, one is being received.
BUFFERS = 3


class FrameBuffer:
    """Memory for one packed input frame, reused; the planes are views into it. `frame` is what is in it at present."""

    def __init__(self, layout: PackedLayout) -> None:
        self.packed = np.empty(layout.nbytes, dtype=np.uint8)
        self.planes = layout.views(self.packed)
        self.frame: Frame | None = None
        self.t_receive_ns = 0
        self.reset = False


class Stream:
    """What the daemon keeps for one open stream.

    The I/O thread fills buffers and the mailbox; the worker takes them, and owns `state`, `due_ns` and `reset_after_failure`.
    """

    def __init__(self, owner: bytes, wanted: Open, pipeline: Pipeline, transport: Transport) -> None:
        self.owner = owner
        self.number = wanted.stream
        self.pipeline = pipeline
        self.transport = transport
        self.timeline = Timeline(pipeline, wanted.seed)
        self.mailbox: Mailbox[FrameBuffer] = Mailbox()
        self.period_ns = int(1e9 / wanted.fps) if wanted.fps > 0.0 else 0
        layout = PackedLayout(wanted.planes)
        color = next(plane for plane in wanted.planes if plane.name == "color")
        self.spec = StreamSpec(
            width=color.width,
            height=color.height,
            output_width=wanted.output.width,
            output_height=wanted.output.height,
            steps=wanted.max_steps,
            seed=wanted.seed,
            planes=tuple(plane.name for plane in wanted.planes),
        )
        self._color_format = color.format
        self._output_format = wanted.output.format
        self._free = deque(FrameBuffer(layout) for _ in range(BUFFERS))
        self._color: npt.NDArray[np.uint8] | None = None
        if color.format != "rgba8":
            self._color = np.empty((color.height, color.width, 4), dtype=np.uint8)
        self._swapped: npt.NDArray[np.uint8] | None = None
        if wanted.output.format == "bgra8":
            self._swapped = np.empty((wanted.output.height, wanted.output.width, 4), dtype=np.uint8)
        self.buffer_bytes = buffer_bytes(wanted)

        # I/O thread
        self.arrived: tuple[Frame, Any | None] | None = None
        self.newest_seq = -1
        self.dropped = 0
        self.reset_pending = False
        # worker
        self.state: Any = None
        self.has_state = False
        self.due_ns = 0
        self.reset_after_failure = False
        # both
        self._closing = threading.Lock()
        self.closed = False

    def acquire_buffer(self) -> FrameBuffer:
        """A buffer to fill. There is always one: of the others, one waits and one is processed at the most."""
        # The last one returned is still in the cache.
        return self._free.pop()

    def release_buffer(self, buffer: FrameBuffer) -> None:
        """Returns a buffer that nobody reads any more."""
        self._free.append(buffer)

    def input_frame(self, buffer: FrameBuffer) -> InputFrame:
        """The pipeline's view of a received frame; its arrays are valid until the buffer is given back."""
        assert buffer.frame is not None
        color = buffer.planes["color"]
        if self._color is not None:
            if self._color_format == "bgra8":
                swap_red_blue(color, self._color)
            else:
                srgb_from_linear(color, self._color)
            color = self._color
        return InputFrame(
            seq=buffer.frame.seq,
            color=color,
            depth=buffer.planes.get("depth"),
            motion=buffer.planes.get("motion"),
            normal=buffer.planes.get("normal"),
            ids=buffer.planes.get("ids"),
            camera=_camera(buffer.frame.camera),
            sun=_sun(buffer.frame.sun),
            reset=buffer.reset or self.reset_after_failure,
        )

    def deliver(self, pixels: npt.NDArray[np.uint8], seq: int) -> Delivery | None:
        """Hands a finished frame to the transport; None if the stream was closed meanwhile.

        Raises:
            TypeError: the pipeline returned something else than the output's size in uint8 RGBA.
        """
        shape = (self.spec.output_height, self.spec.output_width, 4)
        if pixels.shape != shape or pixels.dtype != np.uint8:
            raise TypeError(f"The model returned {pixels.shape} {pixels.dtype}, the output is {shape} uint8.")
        pixels = np.ascontiguousarray(pixels)
        if self._swapped is not None:
            swap_red_blue(pixels, self._swapped)
            pixels = self._swapped
        with self._closing:
            return None if self.closed else self.transport.write(pixels.reshape(-1), seq)

    def close(self) -> None:
        """Ends the stream; waits at most for one copy of an output."""
        with self._closing:
            self.closed = True
            self.arrived = None
            self.transport.close()


def buffer_bytes(wanted: Open) -> int:
    """Memory that a stream's buffers take, in bytes."""
    output = wanted.output.nbytes
    return BUFFERS * PackedLayout(wanted.planes).nbytes + wanted.planes[0].width * wanted.planes[0].height * 4 + output


def _camera(fields: CameraFields | None) -> Camera | None:
    if fields is None:
        return None
    return Camera(
        view=np.array(fields.view, dtype=np.float32).reshape(4, 4),
        projection=np.array(fields.projection, dtype=np.float32).reshape(4, 4),
        near=fields.near,
        far=fields.far,
        jitter=(fields.jitter[0], fields.jitter[1]) if fields.jitter is not None else (0.0, 0.0),
    )


def _sun(fields: SunFields | None) -> Sun | None:
    if fields is None:
        return None
    x, y, z = fields.direction
    length = math.hypot(x, y, z)
    red, green, blue = fields.color
    return Sun(direction=(x / length, y / length, z / length), color=(red, green, blue))
