"""Arrays on a card as other libraries see them; in host memory, where there is no card."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch

from mirage_lsd.cuda import array as device_array
from mirage_lsd.cuda.array import CudaArray, as_cuda_array, is_on_card


def on_host(values: np.ndarray) -> CudaArray:
    return CudaArray(values.ctypes.data, values.shape, values.dtype, owner=values, on_host=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float16, np.float32])
def test_dlpack_gives_the_memory_itself(dtype: type) -> None:
    values = np.arange(24).astype(dtype).reshape(2, 3, 4)
    seen = torch.from_dlpack(on_host(values))
    assert (seen.numpy() == values).all()
    seen[1, 2, 3] = 7
    assert values[1, 2, 3] == 7
    assert (np.from_dlpack(on_host(values)) == values).all()


def test_what_was_given_out_is_held_until_its_reader_is_done() -> None:
    tensor = torch.from_dlpack(on_host(np.arange(5, dtype=np.float32)))
    gc.collect()
    assert len(device_array._given_out) == 1
    assert tensor.tolist() == [0, 1, 2, 3, 4]
    del tensor
    gc.collect()
    assert not device_array._given_out


def test_arrays_of_other_libraries_are_taken_as_they_are() -> None:
    class Other:
        @property
        def __cuda_array_interface__(self) -> dict[str, object]:
            data, strides = (4096, False), (12, 4)
            return {"shape": (2, 3), "typestr": "<f4", "data": data, "strides": strides, "stream": 7, "version": 3}

    taken = as_cuda_array(Other())
    assert (taken.address, taken.shape, taken.dtype, taken.stream, taken.nbytes) == (4096, (2, 3), np.float32, 7, 24)


def test_dlpack_alone_is_enough() -> None:
    values = np.arange(6, dtype=np.float16).reshape(2, 3)

    class Other:
        def __dlpack__(self, stream: int) -> object:
            assert stream == 1
            return torch.from_numpy(values).__dlpack__()

        def __dlpack_device__(self) -> tuple[int, int]:
            return 2, 0

    taken = as_cuda_array(Other())
    assert (taken.address, taken.shape, taken.dtype) == (values.ctypes.data, (2, 3), np.float16)


def test_host_arrays_are_none() -> None:
    assert not is_on_card(np.zeros(3))
    assert not is_on_card(torch.zeros(3))
    with pytest.raises(ValueError, match="not in the memory of a CUDA device"):
        as_cuda_array(np.zeros(3))
