"""Frames, controls and results as bytes, and back, to the bit."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgpack  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt

from ..controls import Controls
from ..frame import Camera, InputFrame, Slot, Sun
from ..pipelines.base import StreamSpec

PLANES = ("color", "depth", "motion", "normal", "ids")
_RESULT = "result"
# Recording goes on beside the stream: little compression, quickly.
_LEVEL = 1
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One frame of a recording.

    Attributes:
        stream: which stream of the recording. t_ns: when the pipeline got it, nanoseconds of the recording machine's clock.
        frame: what it got. controls: the values in effect.
        result_hash: of the result's pixels (`picture_hash`); "" where the pipeline refused the frame.
        result: H x W x 3 uint8, or None where the recording keeps hashes only.
        error: the sentence of a frame that was refused.
    """

    stream: int
    t_ns: int
    frame: InputFrame
    controls: Controls
    result_hash: str
    result: npt.NDArray[np.uint8] | None = None
    error: str = ""


def picture_hash(pixels: npt.NDArray[np.uint8]) -> str:
    """Of a picture's size and its bytes."""
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(pixels).tobytes())
    return digest.hexdigest()


def encode_spec(spec: StreamSpec) -> dict[str, Any]:
    """What a stream was opened with, as a map."""
    return {
        "width": spec.width,
        "height": spec.height,
        "output_width": spec.output_width,
        "output_height": spec.output_height,
        "steps": spec.steps,
        "seed": spec.seed,
        "planes": list(spec.planes),
        "exact": spec.exact,
    }


def decode_spec(fields: Mapping[str, Any]) -> StreamSpec:
    """The inverse of `encode_spec`."""
    return StreamSpec(**{**fields, "planes": tuple(fields["planes"])})


def encode_frame(recorded: RecordedFrame) -> bytes:
    """A chunk's body: a map, then the arrays that it lists."""
    frame = recorded.frame
    arrays = {name: plane for name in PLANES if (plane := getattr(frame, name)) is not None}
    if recorded.result is not None:
        arrays[_RESULT] = recorded.result
    packed = {name: _pack(array) for name, array in arrays.items()}
    fields = {
        "stream": recorded.stream,
        "seq": frame.seq,
        "t_ns": recorded.t_ns,
        "reset": frame.reset,
        "camera": _encode_camera(frame.camera),
        "sun": None if frame.sun is None else [list(frame.sun.direction), list(frame.sun.color)],
        "slots": [_encode_slot(slot) for slot in frame.slots],
        "controls": dict(recorded.controls.values),
        "hash": recorded.result_hash,
        "error": recorded.error,
        "arrays": [
            [name, arrays[name].dtype.str, list(arrays[name].shape), len(data)] for name, data in packed.items()
        ],
    }
    head: bytes = msgpack.packb(fields)
    return head + b"".join(packed.values())


def decode_frame(body: bytes) -> RecordedFrame:
    """The inverse of `encode_frame`."""
    unpacker = msgpack.Unpacker(max_buffer_size=len(body))
    unpacker.feed(body)
    fields = unpacker.unpack()
    offset = unpacker.tell()
    arrays: dict[str, Array] = {}
    for name, dtype, shape, length in fields["arrays"]:
        arrays[name] = _unpack(body[offset : offset + length], np.dtype(dtype), tuple(shape))
        offset += length
    result = arrays.pop(_RESULT, None)
    sun = fields["sun"]
    planes: dict[str, Any] = arrays
    frame = InputFrame(
        fields["seq"],
        **planes,
        camera=_decode_camera(fields["camera"]),
        sun=None if sun is None else Sun(_triple(sun[0]), _triple(sun[1])),
        slots=tuple(_decode_slot(slot) for slot in fields["slots"]),
        reset=fields["reset"],
    )
    controls = Controls({name: _as_sampled(value) for name, value in fields["controls"].items()})
    return RecordedFrame(fields["stream"], fields["t_ns"], frame, controls, fields["hash"], result, fields["error"])


def _pack(array: Array) -> bytes:
    """The bytes of all elements' first byte, then of their second, ...: that compresses."""
    columns = np.ascontiguousarray(array).view(np.uint8).reshape(-1, _period(array))
    return zlib.compress(columns.T.tobytes(), _LEVEL)


def _unpack(data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    array = np.empty(shape, dtype)
    columns = np.frombuffer(zlib.decompress(data), np.uint8).reshape(_period(array), -1)
    array.view(np.uint8).reshape(-1, columns.shape[0])[...] = columns.T
    return array


def _period(array: Array) -> int:
    """Bytes of a pixel (of a picture), or of an element."""
    return int(array.dtype.itemsize * (array.shape[2] if array.ndim == 3 else 1))


def _as_sampled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _triple(values: list[float]) -> tuple[float, float, float]:
    x, y, z = values
    return x, y, z


def _matrix(matrix: npt.NDArray[np.float32] | None) -> bytes | None:
    return None if matrix is None else matrix.astype("<f4").tobytes()


def _floats(data: bytes | None, rows: int) -> npt.NDArray[np.float32] | None:
    return None if data is None else np.frombuffer(data, "<f4").astype(np.float32).reshape(rows, 4)


def _encode_camera(camera: Camera | None) -> list[Any] | None:
    if camera is None:
        return None
    return [_matrix(camera.view), _matrix(camera.projection), camera.near, camera.far, list(camera.jitter)]


def _decode_camera(fields: list[Any] | None) -> Camera | None:
    if fields is None:
        return None
    view, projection = _floats(fields[0], 4), _floats(fields[1], 4)
    assert view is not None
    assert projection is not None
    return Camera(view, projection, fields[2], fields[3], (fields[4][0], fields[4][1]))


def _encode_slot(slot: Slot) -> list[Any]:
    matrices = [_matrix(slot.world_from_object), _matrix(slot.previous_world_from_object)]
    return [slot.slot, slot.object_class, slot.strength, *matrices]


def _decode_slot(fields: list[Any]) -> Slot:
    number, object_class, strength, now, before = fields
    return Slot(number, object_class, strength, _floats(now, 3), _floats(before, 3))
