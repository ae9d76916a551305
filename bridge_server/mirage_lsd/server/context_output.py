"""What a stream of contexts sends besides results: weights, whenever they change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..pipelines.base import Pipeline
from ..pipelines.context import ContextPipeline, ShadingWeights
from ..protocol.errors import ProtocolError
from ..protocol.layout import Plane, aligned
from ..protocol.messages import Open, Weights
from ..protocol.parts import CameraFields, ContextFields, ContextStreamFields
from ..protocol.shading import CONTEXT_FORMAT, SHADE_CLIENT, ShadingShape


class ContextOutput:
    """The contexts of one stream, and which weights its client has.

    The worker calls all methods but `undelivered` and `delivered`, which are the I/O thread's.

    Attributes:
        pipeline: makes them. fields: what `opened` says of them. nbytes: of each, rounded up to 64.
        delivered_seq: the newest weights that were sent.
    """

    def __init__(self, stream: int, pipeline: ContextPipeline, shape: ShadingShape, output: Plane) -> None:
        self.pipeline = pipeline
        width, height = shape.grid(output.width, output.height)
        self.fields = ContextStreamFields(shape.name, shape.version, width, height, shape.channels)
        self.nbytes = context_bytes(output, shape)
        self.delivered_seq = 0
        self._stream = stream
        self._sent: tuple[ShadingWeights, float] | None = None
        self._seq = 0
        self._resend = False

    def blank(self) -> npt.NDArray[np.float16]:
        """A context that nobody looks at."""
        return np.zeros((self.fields.height, self.fields.width, self.fields.channels), np.float16)

    def check(self, context: npt.NDArray[np.float16]) -> None:
        """Refuses what is not the grid in finite float16.

        Raises:
            TypeError, RuntimeError: the pipeline is at fault.
        """
        shape = (self.fields.height, self.fields.width, self.fields.channels)
        if context.shape != shape or context.dtype != np.float16:
            raise TypeError(f"The model returned {context.shape} {context.dtype}, the context is {shape} float16.")
        if not np.isfinite(context).all():
            raise RuntimeError("The model's context holds a number that is not finite.")

    def changed(self, weights: ShadingWeights, strength: float, control_seq: int) -> Weights | None:
        """The header to send with `weights.numbers`; None: the client has them."""
        if self._sent == (weights, strength) and not self._resend:
            return None
        self._sent = (weights, strength)
        self._resend = False
        self._seq += 1
        return Weights(
            stream=self._stream,
            weights_seq=self._seq,
            control_seq=control_seq,
            shape=self.fields.shape,
            version=self.fields.version,
            seed=weights.seed,
            sun=weights.sun,
            palette=weights.palette,
            strength=strength,
        )

    def result_fields(self, camera: CameraFields | None) -> ContextFields:
        """What a result says of its context, which goes with the newest weights."""
        return ContextFields(self.fields.width, self.fields.height, self.fields.channels, self._seq, camera)

    def delivered(self, weights_seq: int) -> None:
        """The client has these weights."""
        self.delivered_seq = weights_seq

    def undelivered(self) -> None:
        """The client did not get the newest weights: they go with the next frame again."""
        self._resend = True


def context_bytes(output: Plane, shape: ShadingShape) -> int:
    """Bytes of a context for an output, rounded up to 64."""
    width, height = shape.grid(output.width, output.height)
    return aligned(width * height * shape.channels * 2)


def context_output(wanted: Open, pipeline: Pipeline, capabilities: tuple[str, ...]) -> ContextOutput | None:
    """The contexts that a stream is opened for; None: it is opened for pictures.

    Raises:
        ProtocolError: `no_context`.
    """
    if wanted.output.format != CONTEXT_FORMAT:
        return None
    if SHADE_CLIENT not in capabilities:
        raise _refusal(f"A client that takes contexts says `{SHADE_CLIENT}` in `hello`; open the stream for pictures.")
    shape = pipeline.context_shape if isinstance(pipeline, ContextPipeline) else None
    if shape is None or not isinstance(pipeline, ContextPipeline):
        raise _refusal(f"The model {pipeline.name} has no contexts here; open the stream for pictures.")
    if "depth" not in {plane.name for plane in wanted.planes}:
        raise _refusal("A stream of contexts needs the planes color and depth; add depth, or open it for pictures.")
    return ContextOutput(wanted.stream, pipeline, shape, wanted.output)


def _refusal(sentence: str) -> ProtocolError:
    return ProtocolError("no_context", sentence)
