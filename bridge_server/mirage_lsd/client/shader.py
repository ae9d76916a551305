"""Shades an engine's frames from a stream's contexts on the CPU: what an engine does on its GPU. Needs the fused kernels and PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from ..accel.fused_cpu import PixelShader, Scene
from ..frame import Camera, InputFrame
from ..models.character import CHARACTER_PARTS
from ..pipelines.composite import Mix, composite
from ..pipelines.mirage.engine_shade import context_of_pixels
from ..pipelines.mirage.frame_inputs import FrameInputs, frame_inputs
from ..pipelines.mirage.look import Look
from ..pipelines.resample import resample
from ..protocol.shading import SHAPES
from .types import Context, ContextWeights

_Floats = npt.NDArray[np.float32]
# A look-up for each pixel, as a graphics card does it, takes a CPU ten times as long as the shading.
_LOOKUP_PIXELS = 8


class ContextShader:
    """Keeps what it unpacked of the newest weights. One thread at a time.

    Raises:
        ShaderUnavailableError: the kernels' library can't be loaded.
    """

    def __init__(self) -> None:
        self._shader = PixelShader()
        self._unpacked: tuple[ContextWeights, tuple[list[_Floats], list[_Floats]]] | None = None

    def shade(self, frame: InputFrame, context: Context, size: tuple[int, int] | None = None) -> npt.NDArray[np.uint8]:
        """The painted picture of `frame`, H x W x 4 RGBA. A context of another camera is looked up where its frame saw the same points.

        Args:
            frame: with depth and camera; any frame, not only the one that the context was made for.
            size: height and width of the picture; None: the frame's.

        Raises:
            ValueError: the frame has no depth or no camera, or one that can't be used, or the weights are of an unknown shape.
        """
        if frame.depth is None or frame.camera is None:
            raise ValueError("Shading needs depth and a camera.")
        weights = context.weights
        x, y, z = weights.sun if frame.sun is None else frame.sun.direction
        inputs = frame_inputs(frame, Look({}, {}), (x, y, z), np.asarray(weights.seed, np.float32))
        inputs = replace(inputs, palette=np.asarray(weights.palette, np.float32).reshape(len(CHARACTER_PARTS), -1))
        scene = Scene(
            inputs.color, inputs.depth, inputs.normal, inputs.ids,
            inputs.world_from_camera, inputs.intrinsics, inputs.sun, inputs.seed, inputs.palette,
            inputs.numbers, inputs.object_from_world,
        )  # fmt: skip
        picture = np.empty((*(size or frame.color.shape[:2]), 4), np.uint8)
        self._shader.shade(scene, self._layers(weights), _cells(context, inputs, frame.camera), picture)
        return composite(picture, frame, Mix(weights.strength))

    def _layers(self, weights: ContextWeights) -> tuple[list[_Floats], list[_Floats]]:
        if self._unpacked is None or self._unpacked[0] is not weights:
            shape = SHAPES.get((weights.shape, weights.shape_version))
            if shape is None:
                raise ValueError(f"There is no shape of shading {weights.shape}, version {weights.shape_version}.")
            layers = list(_unpacked(weights.numbers.astype(np.float32), shape.layers))
            self._unpacked = weights, ([matrix for matrix, _ in layers], [bias for _, bias in layers])
        return self._unpacked[1]


def _cells(context: Context, inputs: FrameInputs, camera: Camera) -> _Floats:
    """h x w x C. Where the context was made for another camera, the cells are fine enough that each says what that frame saw at its place."""
    values = context.values.astype(np.float32)
    then = context.camera
    if then is None or (np.array_equal(then.view, camera.view) and np.array_equal(then.projection, camera.projection)):
        return values
    assert inputs.depth is not None
    height, width = inputs.depth.shape
    coarse = replace(inputs, depth=resample(inputs.depth, -(-height // _LOOKUP_PIXELS), -(-width // _LOOKUP_PIXELS)))
    looked_up = context_of_pixels(torch.from_numpy(values).permute(2, 0, 1)[None], coarse, then)
    return looked_up[0].permute(1, 2, 0).contiguous().numpy()


def _unpacked(numbers: _Floats, layers: tuple[tuple[int, int], ...]) -> Iterator[tuple[_Floats, _Floats]]:
    at = 0
    for outputs, inputs in layers:
        matrix = numbers[at : at + outputs * inputs].reshape(outputs, inputs)
        at += matrix.size
        yield np.ascontiguousarray(matrix), np.ascontiguousarray(numbers[at : at + outputs])
        at += outputs
