"""Planes and results in the memory of one NVIDIA card: the way between processes that use the same one (PROTOCOL.md, section 7)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np

from ..cuda.array import CudaArray, as_cuda_array
from ..cuda.driver import CudaDriver, CudaError
from ..cuda.probe import ipc_problem
from ..protocol.errors import ProtocolError
from ..protocol.layout import PackedLayout
from ..protocol.messages import Frame
from ..protocol.parts import TransportOffer
from .base import Delivery, FrameBuffer, FrameLost, FrameSizes, Transport
from .ring import RESULT_SLOTS, RingReader, RingWriter
from .segment import SegmentError

# Of a client that is killed while its card works, the event never comes. Nothing that is queued on the daemon's side may wait for it.
_READY_TIMEOUT_S = 0.25
_POLL_S = 0.0002
_NOTHING = np.empty(0, dtype=np.uint8)


class CudaFrameBuffer(FrameBuffer):
    """A packed frame in a card's memory; the planes are `CudaArray`s. `slot`, `slot_seq`: where the client has it."""

    def __init__(self, address: int, layout: PackedLayout, device: int) -> None:
        super().__init__()
        self.address = address
        self.slot = self.slot_seq = -1
        self._planes = {
            plane.name: CudaArray(address + offset, shape, dtype, device)
            for plane, offset, shape, dtype in layout.arrays()
        }

    @property
    def planes(self) -> Mapping[str, CudaArray]:
        return self._planes


class CudaIpcTransport(Transport):
    """Opens the client's memory and events, and makes the daemon's memory for results.

    Raises:
        ProtocolError: `bad_transport` where this card's memory can't be shared with this client, `bad_ring` for its ring.
    """

    name = "cuda_ipc"
    device = "cuda"
    local_only = True

    def __init__(self, offer: TransportOffer, sizes: FrameSizes) -> None:
        if sizes.color_format != "rgba8" or sizes.output_format != "rgba8":
            raise _refused("CUDA IPC has color and results as rgba8 only.")
        self._frame_bytes, self._output_bytes = sizes.frame_bytes, sizes.output_bytes
        self._lock = threading.Lock()  # held for a moment; what the worker does on the card goes on without it
        self._open = True
        self._in_use = False
        with ExitStack() as stack:
            try:
                self._take(offer, sizes, stack)
            except CudaError as error:
                raise _refused(str(error)) from None
            except SegmentError as error:
                raise _refused(f"{error} Use the inline transport or smaller frames.") from None
            self._stack = stack.pop_all()

    def _take(self, offer: TransportOffer, sizes: FrameSizes, stack: ExitStack) -> None:
        ring = offer.more["ring"]
        driver = self._driver = CudaDriver(sizes.card)
        stack.callback(driver.close)
        if driver.uuid != offer.more["device"]:
            raise CudaError(
                f"The engine's frames are on another card ({offer.more['device'][:64]}) than the model ({driver.uuid})."
            )
        self._numbers = RingReader(ring, 0, sizes.planes)
        stack.callback(self._numbers.close)
        with driver.current():
            self._frames = driver.open_memory(offer.more["memory"], ring.slots * sizes.frame_bytes)
            stack.callback(self._on_card(driver.close_memory, self._frames))
            self._ready = []
            for handle in offer.more["events"]:
                event = driver.open_event(handle)
                stack.callback(self._on_card(driver.destroy_event, event))
                self._ready.append(event)
            self._results = driver.allocate(RESULT_SLOTS * sizes.output_bytes)
            stack.callback(self._on_card(driver.free, self._results))
            # All of it now: where the card is full another transport can still be taken.
            self._buffers: list[int] = []
            for _ in range(sizes.buffers):
                self._buffers.append(driver.allocate(sizes.frame_bytes))
                stack.callback(self._on_card(driver.free, self._buffers[-1]))
            self._stream = driver.create_stream()
            stack.callback(self._on_card(driver.destroy_stream, self._stream))
            stack.callback(self._on_card(driver.synchronize, self._stream))
            handle = driver.export_memory(self._results)
        self._result_numbers = RingWriter(0, slots=RESULT_SLOTS)
        stack.callback(self._result_numbers.close)
        self.answer = TransportOffer(self.name, {"memory": handle, "ring": self._result_numbers.fields})

    @classmethod
    def problem(cls) -> str:
        """Whether two processes of this system can share a card's memory, as a probe in processes of its own found."""
        return ipc_problem()

    def make_buffer(self, layout: PackedLayout) -> CudaFrameBuffer:
        """See `Transport`; its memory was taken with the transport, and goes with it."""
        return CudaFrameBuffer(self._buffers.pop(), layout, self._driver.device)

    def read(self, frame: Frame, payload: Any | None, buffer: FrameBuffer) -> None:
        """Notes where the frame is: the card may still be drawing it, and the I/O thread waits for nothing."""
        assert isinstance(buffer, CudaFrameBuffer)
        if frame.slot is None or frame.slot_seq is None:
            raise ProtocolError("bad_frame", f"Stream {frame.stream} is CUDA IPC: send `slot` and `slot_seq`.")
        if not self._numbers.holds(frame.slot, frame.slot_seq):
            raise FrameLost
        buffer.slot, buffer.slot_seq = frame.slot, frame.slot_seq

    def settle(self, buffer: FrameBuffer) -> None:
        """Waits until the planes are in the client's memory, and copies them into the buffer within the card."""
        assert isinstance(buffer, CudaFrameBuffer)
        with self._lock:
            if not self._open:
                raise FrameLost
            self._in_use = True
        with self._driver.current():
            self._wait_ready(buffer)
            source = self._frames + buffer.slot * self._frame_bytes
            self._driver.copy(buffer.address, source, self._frame_bytes, self._stream)
            self._driver.synchronize(self._stream)
        if not self._numbers.holds(buffer.slot, buffer.slot_seq):
            raise FrameLost

    def finish(self, buffer: FrameBuffer) -> None:
        """See `Transport`. If the stream was closed meanwhile, the card's memory is given back now."""
        with self._lock:
            self._in_use = False
            if not self._open:
                self._stack.close()

    def _wait_ready(self, buffer: CudaFrameBuffer) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while not self._driver.is_done(self._ready[buffer.slot]):
            if time.monotonic() >= deadline or not self._numbers.holds(buffer.slot, buffer.slot_seq):
                raise FrameLost
            time.sleep(_POLL_S)

    def write(self, pixels: Any, seq: int) -> Delivery:
        """Copies a result within the card, after the stream that it says it is written in; complete when this returns."""
        array = as_cuda_array(pixels)

        def copy_to(slot: int) -> None:
            with self._driver.current():
                if array.stream is not None:
                    self._driver.wait_for_stream(self._stream, array.stream)
                target = self._results + slot * self._output_bytes
                self._driver.copy(target, array.address, array.nbytes, self._stream)
                self._driver.synchronize(self._stream)

        slot, slot_seq = self._result_numbers.write(_NOTHING, seq, copy_to)
        return Delivery(slot=slot, slot_seq=slot_seq)

    def close(self) -> None:
        """See `Transport`. Memory that a pipeline still works in is given back when it has finished."""
        with self._lock:
            if self._open:
                self._open = False
                if not self._in_use:
                    self._stack.close()

    def _on_card(self, function: Callable[[int], None], argument: int) -> Callable[[], None]:
        """The same in the card's context; what a broken driver says at the end helps nobody."""

        def call() -> None:
            try:
                with self._driver.current():
                    function(argument)
            except CudaError:
                return

        return call


def _refused(reason: str) -> ProtocolError:
    return ProtocolError("bad_transport", reason)
