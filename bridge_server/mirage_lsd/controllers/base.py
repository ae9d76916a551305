"""What turns the knobs, and its duties."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import ClassVar, Self

from ..picture import DeviceError, Picture

__all__ = ["Change", "ControlInfo", "Controller", "DeviceError", "Emit", "choice_after"]

ControlValue = str | bool | int | float | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ControlInfo:
    """One control of the running model, as much as a controller needs.

    Attributes:
        kind: "choice", "text", "number", "direction", "color", "flag" or "seed".
        values: of a choice. minimum, maximum: of a number. default: where it starts; None: nowhere.
    """

    name: str
    kind: str
    help: str = ""
    values: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 1.0
    default: ControlValue | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New values that belong together, and the seconds in which they are gone over to.

    source: who asked, for people ("key 2", "OSC 10.0.0.7").
    """

    values: Mapping[str, ControlValue]
    transition_s: float = 1.0
    source: str = ""


Emit = Callable[[Change], None]


@dataclass(slots=True)
class Panel:
    """What a controller may turn, and where each control stands: kept up to date by whoever runs the controllers.

    Attributes:
        controls: by name, in the model's order.
        current: the value that each was last set to.
    """

    controls: dict[str, ControlInfo]
    current: dict[str, ControlValue] = field(default_factory=dict)

    @classmethod
    def of(cls, controls: Sequence[ControlInfo]) -> Panel:
        """A panel on which every control stands at its default."""
        named = {control.name: control for control in controls}
        return cls(named, {c.name: c.default for c in controls if c.default is not None})


class Controller(ABC):
    """Someone or something that changes controls while a stream runs.

    Duties of an implementation:
    - `start` raises DeviceError with one sentence when it can't work; it doesn't block otherwise.
    - `emit` may be called from any thread, and from `start` on; a value that the model doesn't take is answered by the engine's
      notice, not by an exception in the controller's thread.
    - what arrives from outside (network, microphone, camera) may be anything at all, and never ends the controller's thread.
    - it works beside the stream and never on its threads; `look` (pictures) returns at once.
    - `stop` returns within a second and leaves no thread, process or port behind. Twice is allowed.

    Attributes:
        name: what people call this kind.
        help: one line for `mirage-lsd devices`.
        on_notice: takes sentences for people; set by whoever runs the controller.
    """

    name: ClassVar[str]
    help: ClassVar[str]
    on_notice: Callable[[str], None] | None = None

    @classmethod
    def available(cls) -> str | None:
        """None when this kind can work here, else one sentence that says what is missing and how to get it."""
        return None

    @abstractmethod
    def start(self, panel: Panel, emit: Emit) -> None:
        """Begins to watch."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it."""

    def changed(self, change: Change) -> None:  # noqa: B027
        """Another controller, or this one, has changed something: for those that send feedback."""

    def look(self, picture: Picture) -> None:  # noqa: B027
        """A picture as the source gave it, on the stream's thread: what is to be kept of it has to be copied, at once."""

    def key(self, name: str, shift: bool) -> None:  # noqa: B027
        """A key was pressed in the window."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def choice_after(panel: Panel, name: str, step: int) -> str | None:
    """The value `step` places after the current one of a choice, around the end; None where there is no such choice."""
    control = panel.controls.get(name)
    if control is None or not control.values:
        return None
    current = panel.current.get(name)
    place = control.values.index(current) if current in control.values else -1 if step > 0 else 0
    return control.values[(place + step) % len(control.values)]
