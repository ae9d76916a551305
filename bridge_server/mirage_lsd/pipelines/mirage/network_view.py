"""A frame as the network sees it, and the painted picture as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..resample import resample
from .anchor import AnchoredFrame
from .color_alone import ColorAlone
from .motion import WarpedHistory
from .picture_layers import seen_by_network, split, textured, with_detail
from .state import StreamState


def network_view(
    anchored: AnchoredFrame, past: WarpedHistory, state: StreamState, detail: float, output: tuple[int, int],
    color_alone: ColorAlone,
) -> tuple[AnchoredFrame, Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.uint8]]]:  # fmt: skip
    """The frame as the network sees it, and what is done to the painted picture: finished pictures are smoothed, and get their detail back."""
    inputs = anchored.inputs
    source = np.ascontiguousarray(resample(inputs.color, *output))
    if inputs.depth is None:
        layers = split(source)
        exposure = state.exposure_of(layers.median)
        found = color_alone.estimated(anchored, past, state, layers, exposure, output)
        return found, lambda painted: with_detail(painted, source, layers, exposure, detail)
    state.view = None
    share = state.textured_of(textured(inputs.color))
    if share == 0.0:
        return anchored, lambda painted: painted
    layers = split(inputs.color)
    exposure = state.exposure_of(layers.median)
    gray = seen_by_network(layers, exposure).numpy()[..., None]
    color = inputs.color.copy()
    color[..., :3] = (gray * share + color[..., :3] * (1.0 - share) + 0.5).astype(np.uint8)
    frame = AnchoredFrame(replace(inputs, color=color), anchored.base, anchored.depth, anchored.motion)
    if inputs.color.shape[:2] != output:
        layers = split(source)
    return frame, lambda painted: with_detail(painted, source, layers, exposure, detail * share)
