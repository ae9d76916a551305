"""The border between the daemon and a model: `Pipeline.process`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..controls import Controls, ControlSpec, Reading
from ..frame import InputFrame, OutputFrame


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What a stream was opened with.

    Attributes:
        width, height: of its frames, pixels. output_width, output_height: of its results.
        steps: sampling steps, 1..8. seed: of what is drawn by chance. planes: that will come.
        exact: the same frames are to give the same pictures, however long that takes; False: a pipeline may do less for a frame
            where the machine is slow. For clips, evaluations and tests.
        contexts: the stream has contexts in place of pictures (`pipelines/context.py`).
        on_card: its planes and results are in a card's memory.
    """

    width: int
    height: int
    output_width: int
    output_height: int
    steps: int = 3
    seed: int = 0
    planes: tuple[str, ...] = ("color",)
    exact: bool = False
    contexts: bool = False
    on_card: bool = False


class Pipeline(Protocol):
    """A model behind the daemon. One instance serves every stream of a device.

    It knows no socket; all that differs between streams is in the state, whose size is bounded. `process` is called by one thread;
    `create_state` by another one, beside it.

    Attributes:
        planes: those it makes use of. controls: what people can turn, in the order of a panel.
        accepts: the devices whose buffers it takes ("cpu", "cuda"). Where "cuda" is among them there may be `card`, the card's number, and
            `needs_on_card`, planes without which frames can't stay there.
    """

    name: str
    planes: tuple[str, ...]
    controls: tuple[ControlSpec, ...]
    accepts: frozenset[str]

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """What a group of (checked) values means to this model: the only place where a text's words are read.

        Args:
            targets: what every control is moving to, hidden ones included.

        Raises:
            ValueError: the group is refused; one sentence.
        """
        ...

    def create_state(self, spec: StreamSpec) -> Any:
        """A fresh, empty state for one stream; may take long (compiling for a size).

        Raises:
            ValueError: the stream can't be had, such as a picture that is too large; one sentence for the client.
        """
        ...

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame and updates `state` in place.

        Args:
            frame: its arrays are the caller's and valid during the call only.
            state: what this pipeline's `create_state` made for the stream.
            controls: the values in effect at this frame.

        Raises:
            ValueError: the frame can't be used; the message is one sentence that says why. `state` is unchanged.
        """
        ...


class PlainControls:
    """`read_controls` for pipelines that read no words: each value is taken as it was sent."""

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """The values, unchanged."""
        return Reading(values)
