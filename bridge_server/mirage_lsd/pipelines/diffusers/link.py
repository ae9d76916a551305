"""A frame on its way to the worker and back: its planes in a slot of shared memory, everything else in one JSON message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...controls import Controls
from ...device_process.ring import SlotRing
from ...frame import Camera, InputFrame, Slot
from ..base import StreamSpec

INPUT_SLOT, OUTPUT_SLOT = 0, 1
_DTYPES: Mapping[str, Any] = {
    "color": np.uint8,
    "depth": np.float32,
    "motion": np.float16,
    "normal": np.uint8,
    "ids": np.uint8,
}
_ALIGNED = 16


def frame_bytes(frame: InputFrame) -> int:
    """What its planes take in a slot."""
    return sum(_padded(plane.nbytes) for plane in _planes(frame).values())


def put_frame(ring: SlotRing, frame: InputFrame) -> dict[str, Any]:
    """Copies the planes into the ring; returns what the worker needs to know besides."""
    buffer = _flat(ring, INPUT_SLOT)
    shapes, at = {}, 0
    for name, plane in _planes(frame).items():
        buffer[at : at + plane.nbytes].view(plane.dtype).reshape(plane.shape)[...] = plane
        shapes[name] = list(plane.shape)
        at += _padded(plane.nbytes)
    return {
        "seq": frame.seq,
        "planes": shapes,
        "camera": _camera_fields(frame.camera),
        "slots": [[slot.slot, slot.object_class] for slot in frame.slots],
        "reset": frame.reset,
    }


def take_frame(ring: SlotRing, fields: Mapping[str, Any]) -> InputFrame:
    """The frame that `put_frame` wrote; its planes are views of the ring."""
    buffer = _flat(ring, INPUT_SLOT)
    planes: dict[str, npt.NDArray[Any]] = {}
    at = 0
    for name, shape in fields["planes"].items():
        nbytes = int(np.prod(shape)) * np.dtype(_DTYPES[name]).itemsize
        planes[name] = buffer[at : at + nbytes].view(_DTYPES[name]).reshape(shape)
        at += _padded(nbytes)
    slots = tuple(Slot(number, kind) for number, kind in fields["slots"])
    return InputFrame(
        fields["seq"], planes["color"], planes.get("depth"), planes.get("motion"), planes.get("normal"), planes.get("ids"),
        _camera(fields["camera"]), slots=slots, reset=fields["reset"],
    )  # fmt: skip


def spec_fields(spec: StreamSpec) -> dict[str, Any]:
    """A stream's spec as JSON."""
    return {
        "width": spec.width, "height": spec.height, "output_width": spec.output_width, "output_height": spec.output_height,
        "steps": spec.steps, "seed": spec.seed, "planes": list(spec.planes), "exact": spec.exact,
    }  # fmt: skip


def spec_of(fields: Mapping[str, Any]) -> StreamSpec:
    """What `spec_fields` wrote."""
    return StreamSpec(**{**fields, "planes": tuple(fields["planes"])})


def control_fields(controls: Controls) -> dict[str, Any]:
    """The controls of a frame as JSON."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in controls.values.items()}


def controls_of(fields: Mapping[str, Any]) -> Controls:
    """What `control_fields` wrote."""
    return Controls({name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})


def _planes(frame: InputFrame) -> dict[str, npt.NDArray[Any]]:
    planes = {name: getattr(frame, name) for name in _DTYPES}
    return {name: plane for name, plane in planes.items() if plane is not None}


def _flat(ring: SlotRing, slot: int) -> npt.NDArray[np.uint8]:
    return ring.view(slot, 1, ring.slot_bytes // 4).reshape(-1)


def _padded(nbytes: int) -> int:
    return -(-nbytes // _ALIGNED) * _ALIGNED


def _camera_fields(camera: Camera | None) -> dict[str, Any] | None:
    if camera is None:
        return None
    return {
        "view": np.asarray(camera.view, np.float64).reshape(-1).tolist(),
        "projection": np.asarray(camera.projection, np.float64).reshape(-1).tolist(),
        "near": camera.near,
        "far": camera.far,
    }


def _camera(fields: Mapping[str, Any] | None) -> Camera | None:
    if fields is None:
        return None
    view, projection = (np.array(fields[name], np.float32).reshape(4, 4) for name in ("view", "projection"))
    return Camera(view, projection, fields["near"], fields["far"])
