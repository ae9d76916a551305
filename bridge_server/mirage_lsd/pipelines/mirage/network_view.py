"""A frame as the network sees it, and the painted picture as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ..resample import resample
from .anchor import AnchoredFrame
from .color_alone import ColorAlone
from .grain import without_grain
from .motion import WarpedHistory
from .picture_layers import (
    crispness,
    faded,
    finished,
    seen_by_network,
    softened,
    split,
    textured,
    with_detail,
    with_shapes,
)
from .state import StreamState

_Picture = npt.NDArray[np.uint8]


def _as_it_is(painted: Any) -> Any:
    return painted


@dataclass(frozen=True)
class NetworkView:
    """A frame as the network sees it.

    Attributes:
        frame: what is shaded. guide: (1, h, w, GUIDE_CHANNELS), the trunk's; None: the shading's own guide of `frame`.
        context: what the head is given for the trunk's context, (1, C, h / 8, w / 8) each or finer; None: the same.
        finish: from the painted picture, in host memory or on a card, to the one that is shown, in the same place.
    """

    frame: AnchoredFrame
    guide: Tensor | None = None
    context: Callable[[Tensor], Tensor] | None = None
    finish: Callable[[Any], Any] = _as_it_is


def network_view(
    anchored: AnchoredFrame, past: WarpedHistory, state: StreamState, detail: float, output: tuple[int, int],
    color_alone: ColorAlone,
) -> NetworkView:  # fmt: skip
    """Finished pictures are smoothed, and get their detail back; a grey box is seen as it is. Frames without geometry get an estimate of it."""
    inputs = anchored.inputs
    if inputs.depth is None and state.greybox_of(finished(inputs.color)):
        # Lines and checkers are no detail, and a guessed place would put the theme's matter where the level has none: the head knows the colors
        # alone, the trunk the estimate.
        guide, state.film = color_alone.greybox_guide(anchored, past, state), None
        return NetworkView(
            anchored, guide, lambda context: color_alone.with_edges(context, anchored.color),
            lambda painted: faded(painted, inputs.color),
        )  # fmt: skip
    if inputs.depth is None:
        source = without_grain(np.ascontiguousarray(resample(inputs.color, *output)), state.film)
        state.film = source
        layers = split(source)
        exposure = state.exposure_of(layers.median)
        frame = color_alone.estimated(anchored, past, state, layers, exposure, output)

        def finish(painted: _Picture) -> _Picture:
            crisp = state.crispness_of(crispness(painted, source))
            return with_shapes(softened(painted, crisp), source, layers, exposure, detail)

        return NetworkView(frame, finish=finish)
    state.view = state.film = None
    share = state.textured_of(textured(inputs.color))
    if share == 0.0:
        return NetworkView(anchored)
    layers = split(inputs.color)
    exposure = state.exposure_of(layers.median)
    gray = seen_by_network(layers, exposure).numpy()[..., None]
    color = inputs.color.copy()
    color[..., :3] = (gray * share + color[..., :3] * (1.0 - share) + 0.5).astype(np.uint8)
    frame = AnchoredFrame(replace(inputs, color=color), anchored.base, anchored.depth, anchored.motion)
    source = np.ascontiguousarray(resample(inputs.color, *output))
    if inputs.color.shape[:2] != output:
        layers = split(source)
    return NetworkView(frame, finish=lambda painted: with_detail(painted, source, layers, exposure, detail * share))
