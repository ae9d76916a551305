"""The fused pixel shader (`bridge_server/shader`): guide, fields and head in one loop over pixels, on a CPU.

Measured four to six times faster than the same layers in OpenVINO, because nothing wide is ever written to memory. PyTorch's
`models.guide.build_guide` and `models.head.Head` are the reference that the tests compare with.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from cffi import FFI

from ..models.guide import GUIDE_CHANNELS
from .cores import usable_cores

# MLS_WIDTH and MLS_LAYERS of mirage_shader.h.
HEAD_WIDTH, HEAD_LAYERS = 48, 2

_CDEF = """
typedef struct mls_frame {
  int32_t width, height;
  const uint8_t* color;
  const float* depth;
  const uint8_t* normal;
  const uint8_t* ids;
  float world_from_camera[12];
  float intrinsics[4];
  float sun[3];
  float seed[3];
  float palette[24];
  const uint8_t* slots;
  const float* object_from_world;
} mls_frame;
typedef struct mls_weights {
  const float* matrices[4];
  const float* biases[4];
} mls_weights;
const char* mls_instructions(void);
int mls_use(const char* instructions);
typedef struct mls_before {
  float clip_from_world[16];
  const float* depth;
} mls_before;
void mls_guide(const mls_frame* frame, int32_t width, int32_t height, float* guide, float* noise, float* depth,
               int32_t threads);
float mls_reproject(const mls_frame* frame, const mls_before* before, const float* depth, const float* motion,
                    int32_t width, int32_t height, float* flow_at_eighth, int32_t threads);
void mls_shade(const mls_frame* frame, const mls_weights* weights, const float* context, int32_t context_width,
               int32_t context_height, int32_t width, int32_t height, uint8_t* rgba, int32_t first_row, int32_t last_row,
               int32_t threads);
"""

_Floats = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]
# The context that the kernel was written for.
CONTEXT_CHANNELS = 16


class ShaderUnavailableError(OSError):
    """The shader's library can't be loaded; the message says why."""


def _library_path() -> Path:
    name = {"win32": "mirage_shader.dll", "darwin": "libmirage_shader.dylib"}.get(sys.platform, "libmirage_shader.so")
    return Path(__file__).parent.parent / "_native" / name


@cache
def _load(path: Path) -> tuple[Any, Any]:
    """Once loaded, a library stays."""
    ffi = FFI()
    ffi.cdef(_CDEF)
    # cffi would go on and ask ldconfig and a compiler for it.
    if not path.is_file():
        raise ShaderUnavailableError(f"{path} can't be loaded (there is no such file).")
    try:
        return ffi, ffi.dlopen(str(path))
    except OSError as error:
        raise ShaderUnavailableError(f"{path} can't be loaded ({error}).") from error


class Scene:
    """A frame's planes and camera, as the kernel takes them. Keeps the arrays alive; the planes are H x W, C-contiguous.

    Args:
        color: H x W x 4 uint8. depth: H x W float32, metres, or None: color alone. normal: H x W x 4 uint8 or None. ids: H x W uint8 or None.
        world_from_camera: (3, 4). intrinsics: (4,). sun, seed: (3,). palette: (3, 8); see `models.guide.build_guide`.
        slots: H x W uint8, and object_from_world, see `surfaces.object_from_world_of`; both or neither.
    """

    def __init__(
        self,
        color: _Bytes,
        depth: _Floats | None = None,
        normal: _Bytes | None = None,
        ids: _Bytes | None = None,
        world_from_camera: _Floats | None = None,
        intrinsics: _Floats | None = None,
        sun: _Floats | None = None,
        seed: _Floats | None = None,
        palette: _Floats | None = None,
        slots: _Bytes | None = None,
        object_from_world: _Floats | None = None,
    ) -> None:
        ffi, _ = _load(_library_path())
        self.frame = ffi.new("mls_frame*")
        self.frame.height, self.frame.width = color.shape[:2]
        self._kept: list[Any] = []
        for name, plane, kind in (
            ("color", color, np.uint8), ("depth", depth, np.float32), ("normal", normal, np.uint8), ("ids", ids, np.uint8),
            ("slots", slots, np.uint8),
        ):  # fmt: skip
            if plane is None:
                setattr(self.frame, name, ffi.NULL)
                continue
            array = np.ascontiguousarray(plane, kind)
            assert array.shape[:2] == color.shape[:2]
            self._kept.append(array)
            setattr(self.frame, name, ffi.cast("void*", array.ctypes.data))
        for name, values in (
            ("world_from_camera", world_from_camera), ("intrinsics", intrinsics), ("sun", sun), ("seed", seed), ("palette", palette),
        ):  # fmt: skip
            if values is not None:
                setattr(self.frame, name, np.asarray(values, np.float32).ravel().tolist())
        if slots is not None:
            table = np.ascontiguousarray(object_from_world, np.float32)
            assert table.shape == (3, 256, 4)
            self._kept.append(table)
            self.frame.object_from_world = ffi.cast("float*", table.ctypes.data)


def check_head(matrices: list[_Floats], biases: list[_Floats]) -> None:
    """Refuses a head of other sizes than the kernels were compiled for, which would read beyond its arrays.

    Raises:
        ValueError: one sentence.
    """
    wanted = [(HEAD_WIDTH, HEAD_WIDTH)] * (1 + HEAD_LAYERS) + [(3, HEAD_WIDTH)]
    found = [matrix.shape for matrix in matrices]
    if found != wanted or [bias.shape for bias in biases] != [(rows,) for rows, _ in wanted]:
        raise ValueError(f"The kernels are for a head of {wanted}, this one has {found}.")


class PixelShader:
    """Runs the kernels on `threads` threads, which may be changed between calls (default: `usable_cores()`).

    Raises:
        ShaderUnavailableError: the library is not there or not for this machine.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._ffi, self._library = _load(_library_path())
        self.threads = threads or usable_cores()

    @property
    def instructions(self) -> str:
        """What the kernels use: amx-bf16, avx512-bf16, avx512, avx2 or portable."""
        name: bytes = self._ffi.string(self._library.mls_instructions())
        return name.decode()

    def use(self, instructions: str) -> bool:
        """Chooses the instructions for the whole process; False (and no change) where the CPU can't."""
        return bool(self._library.mls_use(instructions.encode()))

    def guide(self, scene: Scene, guide: _Floats, noise: _Floats | None, depth: _Floats | None) -> None:
        """Fills `guide` (h, w, GUIDE_CHANNELS) and, with geometry, `noise` (3, h, w) and `depth` (h, w); all float32, C-contiguous."""
        h, w, channels = guide.shape
        assert channels == GUIDE_CHANNELS
        pointers = (self._pointer(guide), self._optional(noise), self._optional(depth))
        self._library.mls_guide(scene.frame, w, h, *pointers, self.threads)

    def reproject(
        self, scene: Scene, clip_from_world: _Floats, depth_before: _Floats, depth: _Floats,
        motion: _Floats | None, flow_at_eighth: _Floats,
    ) -> float:  # fmt: skip
        """Fills `flow_at_eighth` (3, h / 8, w / 8), see `pipeline.reproject`; returns the visible share.

        `clip_from_world` (4, 4) and `depth_before` (h, w) are of the frame before, `depth` (h, w) and `motion` (2, h, w) of this one.
        """
        h, w = depth.shape
        before = self._ffi.new("mls_before*")
        before.clip_from_world = clip_from_world.ravel().tolist()
        before.depth = self._pointer(depth_before)
        share: float = self._library.mls_reproject(
            scene.frame, before, self._pointer(depth), self._optional(motion), w, h,
            self._pointer(flow_at_eighth), self.threads,
        )  # fmt: skip
        return share

    def shade(
        self, scene: Scene, weights: tuple[list[_Floats], list[_Floats]], context: _Floats, rgba: _Bytes,
        rows: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        """Fills the rows first to last (exclusive; None: all) of `rgba` (H, W, 4).

        Args:
            weights: the head's matrices and biases, float32. context: (h, w, CONTEXT_CHANNELS) float32.

        Raises:
            ValueError: a head of other sizes, or rows that aren't there.
        """
        check_head(*weights)
        record = self._ffi.new("mls_weights*")
        for kind, arrays in zip(("matrices", "biases"), weights, strict=True):
            for i, array in enumerate(arrays):
                getattr(record, kind)[i] = self._pointer(array)
        h, w, channels = context.shape
        assert channels == CONTEXT_CHANNELS
        height, width, _ = rgba.shape
        first, last = (0, height) if rows is None else rows
        if not 0 <= first <= last <= height:
            raise ValueError(f"Rows {first} to {last} of a picture of {height} rows can't be shaded.")
        out = self._ffi.cast("uint8_t*", rgba.ctypes.data)
        self._library.mls_shade(
            scene.frame, record, self._pointer(context), w, h, width, height, out, first, last, self.threads
        )

    def _optional(self, array: _Floats | None) -> Any:
        return self._ffi.NULL if array is None else self._pointer(array)

    def _pointer(self, array: _Floats) -> Any:
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        return self._ffi.cast("float*", array.ctypes.data)
