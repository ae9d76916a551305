"""Arrays on a card as other libraries see them, and mixing there; in host memory, where there is no card."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import torch

from mirage_lsd.cuda import array as device_array
from mirage_lsd.cuda.array import CudaArray, as_cuda_array, is_on_card
from mirage_lsd.frame import InputFrame, Slot
from mirage_lsd.pipelines.composite import Mix, composite, engine_picture
from mirage_lsd.pipelines.device_composite import composite_on_device, engine_picture_on_device


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


@pytest.mark.parametrize("size", [(36, 64), (50, 33)])
@pytest.mark.parametrize("engine_alpha", [False, True])
@pytest.mark.parametrize("strength", [0.0, 0.37, 1.0])
@pytest.mark.parametrize("with_slots", [False, True])
def test_mixing_on_a_card_is_mixing_in_host_memory(
    size: tuple[int, int], engine_alpha: bool, strength: float, with_slots: bool
) -> None:
    draw = np.random.default_rng(3)
    color, painted = (draw.integers(0, 256, (*shape, 4), dtype=np.uint8) for shape in ((36, 64), size))
    ids = draw.integers(0, 4, (36, 64), dtype=np.uint8) if with_slots else None
    slots = (Slot(1, "prop", 0.0), Slot(2, "prop", 0.5)) if with_slots else ()
    host = InputFrame(seq=1, color=color, ids=ids, slots=slots)
    there = InputFrame(seq=1, color=on_host(color), ids=None if ids is None else on_host(ids), slots=slots)  # type: ignore[arg-type]
    mix = Mix(strength, engine_alpha)
    mixed = torch.as_tensor(composite_on_device(torch.from_numpy(painted.copy()), there, mix))
    assert (mixed.numpy() == composite(painted, host, mix)).all()
    own = engine_picture_on_device(there, *size, mix)
    assert (own.numpy() == engine_picture(host, *size, engine_alpha=engine_alpha)).all()
