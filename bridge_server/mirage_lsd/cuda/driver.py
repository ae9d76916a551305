"""The NVIDIA driver through NVIDIA's own bindings (package cuda-bindings, the extra `cuda`)."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MISSING = "The package cuda-bindings is missing: pip install 'mirage-lsd[cuda]'."
_NON_BLOCKING = 1
_FOR_OTHERS = 6  # an event without timing, for other processes
_PEER_ACCESS = 1
_HAS_IPC_EVENTS = 125
_HAS_TIMELINES = 114


class CudaError(RuntimeError):
    """The driver is not there, or refused a call; one sentence."""


def _load() -> Any:
    try:
        from cuda.bindings import driver
    except ImportError as error:
        raise CudaError(MISSING) from error
    return driver


def _call(function: Any, *arguments: Any) -> Any:
    """A driver function's results (none, one, or a tuple).

    Raises:
        CudaError: it failed.
    """
    try:
        status, *results = function(*arguments)
    except (RuntimeError, OSError) as error:  # no library, or one without this function
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CudaError(f"There is no NVIDIA driver that can be used ({said[:200]}).") from error
    if int(status) != 0:
        raise CudaError(f"The NVIDIA driver answered {status.name} to {function.__name__}.")
    return results[0] if len(results) == 1 else tuple(results)


def _uuid_text(raw: bytes) -> str:
    text = raw.hex()
    return f"GPU-{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class CudaDriver:
    """One card of this process, in its primary context: the one that PyTorch uses, too.

    Args:
        device: its number in this process.

    Attributes:
        name, uuid: the card's; `uuid` is "GPU-" and 36 characters, as NVIDIA's tools write it. has_ipc: it can share memory.
        has_timelines: it can wait for Vulkan's timeline semaphores, and so take an engine's textures.

    Raises:
        CudaError: no bindings, no driver, no such card.
    """

    def __init__(self, device: int = 0) -> None:
        self._cu = _load()
        self.device = device
        _call(self._cu.cuInit, 0)
        card = _call(self._cu.cuDeviceGet, device)
        self.name = bytes(_call(self._cu.cuDeviceGetName, 128, card)).split(b"\0")[0].decode(errors="replace").strip()
        self.uuid = _uuid_text(bytes(_call(self._cu.cuDeviceGetUuid, card).bytes))
        self.has_ipc = bool(self.attribute(_HAS_IPC_EVENTS, card))
        self.has_timelines = bool(self.attribute(_HAS_TIMELINES, card))
        self._context = _call(self._cu.cuDevicePrimaryCtxRetain, card)
        self._card = card
        self._closed = threading.Lock()
        self._open = True

    def attribute(self, number: int, card: Any) -> int:
        """An attribute of a card (`cuDeviceGet`), by CUDA's number."""
        return int(_call(self._cu.cuDeviceGetAttribute, self._cu.CUdevice_attribute(number), card))

    @contextmanager
    def current(self) -> Iterator[None]:
        """Makes the card's context the calling thread's."""
        _call(self._cu.cuCtxPushCurrent, self._context)
        try:
            yield
        finally:
            _call(self._cu.cuCtxPopCurrent)

    # Each of these needs `current`.

    def call(self, name: str, *arguments: Any) -> Any:
        """Calls any driver function by its name."""
        return _call(getattr(self._cu, name), *arguments)

    def allocate(self, nbytes: int) -> int:
        """Address of fresh memory, rounded up to whole blocks of 2 MiB, because a shared block is shared as a whole."""
        return int(self.call("cuMemAlloc", -(-nbytes // (2 << 20)) * (2 << 20)))

    def free(self, address: int) -> None:
        """Gives it back; nothing that is queued may still use it."""
        self.call("cuMemFree", address)

    def create_stream(self) -> int:
        """A stream that waits for no other one."""
        return int(self.call("cuStreamCreate", _NON_BLOCKING))

    def destroy_stream(self, stream: int) -> None:
        """Ends it when what is queued is done."""
        self.call("cuStreamDestroy", stream)

    def copy(self, target: int, source: int, nbytes: int, stream: int) -> None:
        """Queues a copy within the card."""
        self.call("cuMemcpyDtoDAsync", target, source, nbytes, stream)

    def synchronize(self, stream: int) -> None:
        """Waits for all that is queued."""
        self.call("cuStreamSynchronize", stream)

    def wait_for_stream(self, waiting: int, working: int) -> None:
        """Lets one stream of this process wait for what is queued in another one so far."""
        event = self.call("cuEventCreate", 2)
        self.call("cuEventRecord", event, working)
        self.call("cuStreamWaitEvent", waiting, event, 0)
        self.call("cuEventDestroy", event)

    def is_done(self, event: int) -> bool:
        """Whether what an event was recorded after is done; never waits."""
        status = self._cu.cuEventQuery(event)[0]
        if int(status) not in (0, int(self._cu.CUresult.CUDA_ERROR_NOT_READY)):
            raise CudaError(f"The NVIDIA driver answered {status.name} to cuEventQuery.")
        return int(status) == 0

    def export_memory(self, address: int) -> str:
        """A handle for another process: 128 hex digits."""
        return _to_hex(self.call("cuIpcGetMemHandle", address))

    def open_memory(self, handle: str, nbytes: int) -> int:
        """Address of another process's memory.

        Raises:
            CudaError: it can't be had here, or is smaller than `nbytes`.
        """
        address = int(self.call("cuIpcOpenMemHandle", self._from_hex("CUipcMemHandle", handle), _PEER_ACCESS))
        try:
            base, real = self.call("cuMemGetAddressRange", address)
            if int(base) + int(real) < address + nbytes:
                raise CudaError(f"The shared memory has {real} bytes, {nbytes} were announced.")
        except CudaError:
            self.close_memory(address)
            raise
        return address

    def close_memory(self, address: int) -> None:
        """Lets go of another process's memory."""
        self.call("cuIpcCloseMemHandle", address)

    def create_event(self) -> tuple[int, str]:
        """An event that another process can wait for, and its handle."""
        event = self.call("cuEventCreate", _FOR_OTHERS)
        return int(event), _to_hex(self.call("cuIpcGetEventHandle", event))

    def open_event(self, handle: str) -> int:
        """Another process's event."""
        return int(self.call("cuIpcOpenEventHandle", self._from_hex("CUipcEventHandle", handle)))

    def destroy_event(self, event: int) -> None:
        """Lets go of an event, own or opened."""
        self.call("cuEventDestroy", event)

    def close(self) -> None:
        """Lets go of the context. Twice is allowed."""
        with self._closed:
            if self._open:
                self._open = False
                _call(self._cu.cuDevicePrimaryCtxRelease, self._card)

    def _from_hex(self, kind: str, text: str) -> Any:
        handle = getattr(self._cu, kind)()
        ctypes.memmove(int(handle.getPtr()), bytes.fromhex(text), 64)
        return handle


def card_count() -> int:
    """Cards that this process sees.

    Raises:
        CudaError: no bindings, or no driver.
    """
    cu = _load()
    _call(cu.cuInit, 0)
    return int(_call(cu.cuDeviceGetCount))


def _to_hex(handle: Any) -> str:
    return ctypes.string_at(int(handle.getPtr()), 64).hex()
