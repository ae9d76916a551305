"""One stream: its buffers, its mailbox, its controls, its counters."""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..controls import BUILTIN, BYPASS, STRENGTH, Controls, ControlTimeline
from ..cuda.array import as_cuda_array
from ..frame import Camera, InputFrame, Slot, Sun
from ..pipelines.base import Pipeline, StreamSpec
from ..pipelines.composite import Mix
from ..pipelines.device_composite import DeviceComposite
from ..pipelines.plausibility import InputWatch
from ..protocol.layout import PackedLayout
from ..protocol.messages import Frame, Open
from ..protocol.parts import CameraFields, SlotFields, SunFields
from ..protocol.shading import CONTEXT_FORMAT
from ..transport import Delivery, FrameBuffer, Transport
from ..transport.pixels import swap_red_blue
from .context_output import ContextOutput
from .mailbox import Mailbox
from .pace import Pace

if TYPE_CHECKING:
    from .workers import Worker

_BUILTIN_NAMES = frozenset(spec.name for spec in BUILTIN)

# One frame waits, one is processed, one is being received.
BUFFERS = 3


class Stream:
    """What the daemon keeps for one open stream.

    The I/O thread fills buffers and the mailbox; the worker takes them, and owns `state`, `due_ns` and `reset_after_failure`.
    """

    def __init__(
        self,
        owner: bytes,
        wanted: Open,
        pipeline: Pipeline,
        transport: Transport,
        worker: Worker,
        contexts: ContextOutput | None = None,
    ) -> None:
        self.owner = owner
        self.number = wanted.stream
        self.pipeline = pipeline
        self.transport = transport
        self.worker = worker
        self.contexts = contexts  # None: it has pictures
        self.timeline = ControlTimeline((*pipeline.controls, *BUILTIN), pipeline.read_controls, wanted.seed)
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
            contexts=contexts is not None,
            on_card=transport.device != "cpu",
        )
        self._engine_alpha = wanted.alpha == "engine"
        self._free = deque(transport.make_buffer(layout) for _ in range(BUFFERS))
        self._swapped: npt.NDArray[np.uint8] | None = None
        if wanted.output.format == "bgra8":
            self._swapped = np.empty((wanted.output.height, wanted.output.width, 4), dtype=np.uint8)
        self.buffer_bytes = buffer_bytes(wanted)
        self._device_composite: DeviceComposite | None = None

        # I/O thread
        self.arrived: tuple[Frame, Any | None] | None = None
        self.newest_seq = -1
        self.dropped = 0
        self.reset_pending = False
        self.slots: tuple[Slot, ...] = ()
        # worker; `prepared` under its lock
        self.state: Any = None
        self.prepared = False
        self.due_ns = 0
        self.watch = InputWatch()
        self.pace = Pace(wanted.fps)
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
        planes: Any = buffer.planes
        return InputFrame(
            seq=buffer.frame.seq,
            color=planes["color"],
            depth=planes.get("depth"),
            motion=planes.get("motion"),
            normal=planes.get("normal"),
            ids=planes.get("ids"),
            camera=_camera(buffer.frame.camera),
            sun=_sun(buffer.frame.sun),
            slots=buffer.slots,
            reset=buffer.reset or self.reset_after_failure,
        )

    def update_slots(self, entries: tuple[SlotFields, ...]) -> None:
        """Takes over the entries of a frame, whether or not that frame is ever processed."""
        table = {slot.slot: slot for slot in self.slots}
        table.update((entry.slot, _slot(entry)) for entry in entries)
        self.slots = tuple(table[number] for number in sorted(table))

    def controls_at(self, now_ns: int) -> tuple[Controls, Mix, bool, int]:
        """The model's controls, how the result is mixed, whether the model is bypassed, and the newest `control_seq`."""
        controls, control_seq = self.timeline.sample(now_ns)
        mix = Mix(controls.number(STRENGTH.name, 1.0), self._engine_alpha)
        bypass = controls.flag(BYPASS.name)
        own = {name: value for name, value in controls.values.items() if name not in _BUILTIN_NAMES}
        return Controls(own), mix, bypass, control_seq

    def check_output(self, pixels: npt.NDArray[np.uint8]) -> None:
        """Refuses what is not the output's size in uint8 RGBA.

        Raises:
            TypeError: the pipeline is at fault.
        """
        shape = (self.spec.output_height, self.spec.output_width, 4)
        if pixels.shape != shape or pixels.dtype != np.uint8:
            raise TypeError(f"The model returned {pixels.shape} {pixels.dtype}, the output is {shape} uint8.")

    def check_device_output(self, pixels: Any) -> None:
        """The same of an array on a card.

        Raises:
            TypeError: the pipeline is at fault.
        """
        array = as_cuda_array(pixels)
        shape = (self.spec.output_height, self.spec.output_width, 4)
        if array.shape != shape or array.dtype != np.uint8:
            raise TypeError(f"The model returned {array.shape} {array.dtype}, the output is {shape} uint8.")

    def device_composite(self) -> DeviceComposite:
        """What mixes pictures on the card; made by the first frame that needs it.

        Raises:
            CudaError: see `DeviceComposite`.
        """
        if self._device_composite is None:
            self._device_composite = DeviceComposite(int(getattr(self.pipeline, "card", 0)))
        return self._device_composite

    def deliver_on_device(self, pixels: Any, seq: int) -> Delivery | None:
        """The same as `deliver` with an array on a card."""
        with self._closing:
            return None if self.closed else self.transport.write(pixels, seq)

    def deliver(self, pixels: npt.NDArray[np.uint8], seq: int) -> Delivery | None:
        """Hands a finished frame to the transport; None if the stream was closed meanwhile."""
        pixels = np.ascontiguousarray(pixels)
        if self._swapped is not None:
            swap_red_blue(pixels, self._swapped)
            pixels = self._swapped
        return self._write(pixels, seq)

    def deliver_context(self, context: npt.NDArray[np.float16], seq: int) -> Delivery | None:
        """The same with a context."""
        return self._write(np.ascontiguousarray(context, "<f2").view(np.uint8), seq)

    def _write(self, output: npt.NDArray[np.uint8], seq: int) -> Delivery | None:
        with self._closing:
            return None if self.closed else self.transport.write(output.reshape(-1), seq)

    def close(self) -> None:
        """Ends the stream; waits at most for one copy of an output."""
        with self._closing:
            self.closed = True
            self.arrived = None
            self.transport.close()


def buffer_bytes(wanted: Open) -> int:
    """Memory that a stream's buffers take, in bytes."""
    color = next(plane for plane in wanted.planes if plane.name == "color")
    converted = 0 if color.format == "rgba8" else color.width * color.height * 4
    # A context is far smaller than any picture.
    output = 0 if wanted.output.format == CONTEXT_FORMAT else wanted.output.nbytes
    return BUFFERS * (PackedLayout(wanted.planes).nbytes + converted) + output


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


def _slot(fields: SlotFields) -> Slot:
    return Slot(
        fields.slot,
        fields.object_class,
        1.0 if fields.strength is None else fields.strength,
        _matrix(fields.world_from_object),
        _matrix(fields.previous_world_from_object),
    )


def _matrix(numbers: tuple[float, ...] | None) -> npt.NDArray[np.float32] | None:
    return None if numbers is None else np.array(numbers, dtype=np.float32).reshape(3, 4)


def _sun(fields: SunFields | None) -> Sun | None:
    if fields is None:
        return None
    x, y, z = fields.direction
    length = math.hypot(x, y, z)
    red, green, blue = fields.color
    return Sun(direction=(x / length, y / length, z / length), color=(red, green, blue))
