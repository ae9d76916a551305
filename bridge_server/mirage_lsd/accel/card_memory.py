"""Where a compiled network finds its tensors on an NVIDIA card: PyTorch's own memory, or the driver's where PyTorch is for CPUs only."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from ..cuda.driver import CudaDriver

# Queues work in a stream: addresses of the inputs, of the outputs, the stream.
Enqueue = Callable[[list[int], list[int], int], None]
Shapes = Sequence[tuple[int, ...]]


class CardMemory(Protocol):
    """Runs something on device pointers; tensors are float32."""

    def run(self, inputs: tuple[Tensor, ...], outputs: Shapes, enqueue: Enqueue) -> tuple[Tensor, ...]:
        """Calls `enqueue` once; returns tensors of their own, of the given shapes.

        Raises:
            RuntimeError: the card's memory is full, or the driver refused something (`CudaError`).
        """
        ...


class TorchMemory:
    """PyTorch's memory, in the order of the calling thread's current stream: the host waits for nothing, and the outputs stay on the card."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        # In the default stream TensorRT would let the host wait for the whole card.
        self._beside: Any = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    @torch.inference_mode()
    def run(self, inputs: tuple[Tensor, ...], outputs: Shapes, enqueue: Enqueue) -> tuple[Tensor, ...]:
        """See `CardMemory.run`."""
        with torch.cuda.device(self._device):
            given = [x.to(self._device, torch.float32).contiguous() for x in inputs]
            made = tuple(torch.empty(shape, dtype=torch.float32, device=self._device) for shape in outputs)
            current = torch.cuda.current_stream(self._device)
            addresses = [x.data_ptr() for x in given], [x.data_ptr() for x in made]
            if current != torch.cuda.default_stream(self._device):
                enqueue(*addresses, current.cuda_stream)
            else:
                self._beside.wait_stream(current)
                enqueue(*addresses, self._beside.cuda_stream)
                # Neither the inputs' memory nor the outputs' is used by others before this is done.
                current.wait_stream(self._beside)
        return made


class DriverMemory:
    """The driver's memory and a stream of its own, for tensors in host memory; returns when the outputs are there.

    Used by one thread at a time.
    """

    def __init__(self, driver: CudaDriver) -> None:
        self._cuda = driver
        self._stream: int | None = None
        self._rooms: dict[str, tuple[int, int]] = {}

    def run(self, inputs: tuple[Tensor, ...], outputs: Shapes, enqueue: Enqueue) -> tuple[Tensor, ...]:
        """See `CardMemory.run`."""
        given = [x.detach().to("cpu", torch.float32).contiguous() for x in inputs]
        made = tuple(torch.empty(shape, dtype=torch.float32) for shape in outputs)
        with self._cuda.current():
            if self._stream is None:
                self._stream = self._cuda.create_stream()
            entering = [self._room(f"input{i}", x) for i, x in enumerate(given)]
            leaving = [self._room(f"output{i}", x) for i, x in enumerate(made)]
            try:
                for address, x in zip(entering, given, strict=True):
                    self._cuda.call("cuMemcpyHtoDAsync", address, x.data_ptr(), x.nbytes, self._stream)
                enqueue(entering, leaving, self._stream)
                for address, x in zip(leaving, made, strict=True):
                    self._cuda.call("cuMemcpyDtoHAsync", x.data_ptr(), address, x.nbytes, self._stream)
            finally:  # what is queued still reads and writes these tensors
                self._cuda.synchronize(self._stream)
        return made

    def close(self) -> None:
        """Frees what lies on the card."""
        with self._cuda.current():
            for address, _ in self._rooms.values():
                self._cuda.free(address)
            self._rooms.clear()
            if self._stream is not None:
                self._cuda.destroy_stream(self._stream)
                self._stream = None

    def __del__(self) -> None:
        # The driver may be gone before the last network is.
        if self._stream is not None:
            with contextlib.suppress(Exception):
                self.close()

    def _room(self, name: str, like: Tensor) -> int:
        address, there = self._rooms.get(name, (0, 0))
        if there != like.nbytes:
            if there:
                self._cuda.free(address)
                del self._rooms[name]
            address = int(self._cuda.call("cuMemAlloc", like.nbytes))
            self._rooms[name] = (address, like.nbytes)
        return address
