"""Arrays in a card's memory: what is needed of them to pass them on, without a library that computes with them."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

_CPU, _CUDA = 1, 2  # kDLCPU, kDLCUDA
_CODES = {"i": 0, "u": 1, "f": 2}
_LEGACY_STREAM = 1


class _Tensor(ctypes.Structure):
    """DLTensor of the DLPack standard."""

    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    )


class _Managed(ctypes.Structure):
    """DLManagedTensor: a tensor and who frees it."""


_Deleter = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Managed))
_Managed._fields_ = (("tensor", _Tensor), ("context", ctypes.c_void_p), ("deleter", _Deleter))

_python = ctypes.pythonapi
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
    ("PyCapsule_New", _python)
)
_capsule_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", _python)
)
_NAME = b"dltensor"
# What capsules given out point to, until their readers are done with it.
_given_out: dict[int, tuple[Any, ...]] = {}


def _forget(managed: Any) -> None:
    _given_out.pop(ctypes.addressof(managed.contents), None)


_delete = _Deleter(_forget)


@dataclass(frozen=True, slots=True, eq=False)
class CudaArray:
    """A C-contiguous array in a card's memory, for PyTorch (`torch.from_dlpack`, `torch.as_tensor`) and CuPy (`cupy.asarray`).

    Attributes:
        address: in the card's memory. shape, dtype: as numpy's. device: the card's number in this process.
        stream: the CUDA stream in which it is written, as a number; None: it is complete.
        owner: kept alive with this array. on_host: the address is one of host memory, for tests.
    """

    address: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    device: int = 0
    stream: int | None = None
    owner: Any = None
    on_host: bool = False

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""
        return int(np.prod(self.shape)) * self.dtype.itemsize

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "data": (self.address, False),
            "strides": None,
            "stream": self.stream,
            "version": 3,
        }

    def __dlpack_device__(self) -> tuple[int, int]:
        return (_CPU if self.on_host else _CUDA, self.device)

    def __dlpack__(self, **options: Any) -> Any:
        """A capsule of the memory itself. Without `stream` handling of its own: what is given out by this package is complete."""
        managed = _Managed()
        count = len(self.shape)
        shape = (ctypes.c_int64 * count)(*self.shape)
        tensor = managed.tensor
        tensor.data, tensor.ndim, tensor.shape = self.address, count, shape
        tensor.device_type, tensor.device_id = self.__dlpack_device__()
        tensor.code, tensor.bits, tensor.lanes = _CODES[self.dtype.kind], 8 * self.dtype.itemsize, 1
        managed.deleter = _delete
        address = ctypes.addressof(managed)
        _given_out[address] = (managed, shape, self)
        return _new_capsule(address, _NAME, None)


def is_on_card(array: Any) -> bool:
    """Whether an array is in a card's memory, by what it says of itself."""
    if hasattr(array, "__cuda_array_interface__"):
        return True
    device = getattr(array, "__dlpack_device__", None)
    return device is not None and int(device()[0]) == _CUDA


def as_cuda_array(array: Any) -> CudaArray:
    """Any C-contiguous array on a card (PyTorch, CuPy, `CudaArray`) as what this package passes on; nothing is copied.

    Raises:
        ValueError: it is not on a card, not contiguous, or of a type without a numpy name.
    """
    if isinstance(array, CudaArray):
        return array
    if not is_on_card(array):
        raise ValueError("The array is not in the memory of a CUDA device.")
    interface = getattr(array, "__cuda_array_interface__", None)
    return _from_dlpack(array) if interface is None else _from_interface(array, interface)


def _from_interface(array: Any, interface: dict[str, Any]) -> CudaArray:
    shape, dtype = tuple(interface["shape"]), np.dtype(interface["typestr"])
    _require_contiguous(shape, interface.get("strides"), dtype.itemsize)
    return CudaArray(int(interface["data"][0]), shape, dtype, stream=interface.get("stream"), owner=array)


def _from_dlpack(array: Any) -> CudaArray:
    # The producer makes the legacy stream wait for its own work.
    capsule = array.__dlpack__(stream=_LEGACY_STREAM)
    tensor = ctypes.cast(_capsule_pointer(capsule, _NAME), ctypes.POINTER(_Managed)).contents.tensor
    names = {code: kind for kind, code in _CODES.items()}
    if tensor.code not in names or tensor.lanes != 1:
        raise ValueError("The array's numbers are none that numpy has a name for.")
    dtype = np.dtype(f"{names[tensor.code]}{tensor.bits // 8}")
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = tuple(step * dtype.itemsize for step in tensor.strides[: tensor.ndim]) if tensor.strides else None
    _require_contiguous(shape, strides, dtype.itemsize)
    address = (tensor.data or 0) + tensor.byte_offset
    # The capsule is not consumed: it frees the array's hold when it goes itself.
    return CudaArray(address, shape, dtype, int(tensor.device_id), _LEGACY_STREAM, (array, capsule))


def _require_contiguous(shape: tuple[int, ...], strides: Any, itemsize: int) -> None:
    if strides is None:
        return
    step = itemsize
    for length, stride in zip(reversed(shape), reversed(tuple(strides)), strict=True):
        if length != 1 and stride != step:
            raise ValueError(
                "The array is not contiguous; pass array.contiguous() (PyTorch) or cupy.ascontiguousarray(array)."
            )
        step *= length
