"""Contexts in place of pictures: what a pipeline gives whose pictures a client can shade itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ..controls import Controls
from ..frame import InputFrame
from ..protocol.shading import ShadingShape
from .base import Pipeline

if TYPE_CHECKING:
    from ..controls.values import Notice


@dataclass(frozen=True, slots=True)
class ShadingWeights:
    """What shading needs besides context and frame, for one setting of the controls; see PROTOCOL.md, section 10.

    Attributes:
        numbers: float16, little endian, in the order of the shape. seed: metres. sun: unit, towards it, where the frame has none.
        palette: 3 x 8, row-major.
    """

    numbers: bytes
    seed: tuple[float, ...]
    sun: tuple[float, ...]
    palette: tuple[float, ...]


@dataclass(slots=True)
class ContextFrame:
    """A finished frame of a stream of contexts: `context` (h, w, C) float16; the rest as in `OutputFrame`."""

    context: npt.NDArray[np.float16]
    weights: ShadingWeights
    timings_us: dict[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@runtime_checkable
class ContextPipeline(Protocol):
    """What a `Pipeline` has on top, if it can stop before the pixels. States are those of `create_state`.

    Attributes:
        context_shape: what its contexts are for; None: it has none after all.
    """

    context_shape: ShadingShape | None

    def process_context(self, frame: InputFrame, state: Any, controls: Controls) -> ContextFrame:
        """As `process`, without shading: the context is made for this very frame.

        Raises:
            ValueError: the frame can't be used; the message is one sentence that says why. `state` is unchanged.
        """
        ...

    def shading_weights(self, state: Any, controls: Controls) -> ShadingWeights:
        """The weights alone."""
        ...


def context_shape_of(pipeline: Pipeline) -> ShadingShape | None:
    """The shape that a pipeline's contexts are for; None: it has no contexts."""
    return pipeline.context_shape if isinstance(pipeline, ContextPipeline) else None
