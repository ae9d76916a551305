"""A pipeline that records what another one is given and what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import clock
from ..controls import Controls, Reading
from ..frame import InputFrame, OutputFrame
from ..pipelines.base import Pipeline, StreamSpec
from .codec import PLANES, RecordedFrame, picture_hash
from .writer import RecordingWriter


@dataclass(slots=True)
class _State:
    stream: int
    inner: Any


class RecordingPipeline:
    """Stands in front of `inner` and is like it in every other respect but one: it has no contexts, so that every stream has pictures to keep.

    Args:
        writer: where the recording goes. results: keep the results' pixels, not only their hashes, so that a replay can
            say by how much it differs.
    """

    def __init__(self, inner: Pipeline, writer: RecordingWriter, *, results: bool = True) -> None:
        self.name = inner.name
        self.planes = inner.planes
        self.controls = inner.controls
        self.accepts = frozenset({"cpu"})  # what is written to a file is taken from memory
        self._inner = inner
        self._writer = writer
        self._results = results

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """The inner pipeline's."""
        return self._inner.read_controls(values, targets)

    def create_state(self, spec: StreamSpec) -> _State:
        """The inner pipeline's, with the stream's number in the recording. The stream is exact: else its results depended on the machine's
        speed, and no replay could give the same."""
        spec = replace(spec, exact=True)
        inner = self._inner.create_state(spec)
        return _State(self._writer.open_stream(spec), inner)

    def process(self, frame: InputFrame, state: _State, controls: Controls) -> OutputFrame:
        """The inner pipeline's result; frames that it refuses are recorded as refused."""
        t_ns = clock.now_ns()
        try:
            output = self._inner.process(frame, state.inner, controls)
        except ValueError as error:
            self._record(frame, state, controls, t_ns, None, str(error))
            raise
        self._record(frame, state, controls, t_ns, output, "")
        return output

    def _record(
        self, frame: InputFrame, state: _State, controls: Controls, t_ns: int, output: OutputFrame | None, error: str
    ) -> None:
        if self._writer.ended:
            return
        planes: dict[str, Any] = {
            name: None if (plane := getattr(frame, name)) is None else np.array(plane) for name in PLANES
        }
        kept = replace(frame, **planes)
        result = np.array(output.pixels[..., :3]) if output is not None and self._results else None
        hashed = picture_hash(output.pixels) if output is not None else ""
        self._writer.add(RecordedFrame(state.stream, t_ns, kept, controls, hashed, result, error))
