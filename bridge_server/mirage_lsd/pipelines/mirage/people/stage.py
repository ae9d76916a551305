"""People in front of a camera: between the source's frame and the model, and between the painted picture and who sees it.

Only streams of color alone have people that must be looked for; an engine marks its own in the plane `ids`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ....controls import Choice, Controls, ControlSpec, Notice
from ....frame import InputFrame, OutputFrame
from ....people.files import PEOPLE
from ....people.networks import PersonNetworks
from ....people.parts import PartsWatch
from ....people.watch import Person, PersonWatch
from ....picture import DeviceError
from ...resample import resample
from ..look import GARMENT_PREFIX, Look
from ..stage_clock import StageClock
from ..sun import sun_of_look
from .compositing import blurred, composed, relit
from .garments import asked_garments, dressed
from .virtual_set import Box, camera_at, draw_set, street

BACKGROUND = "background"
RESTYLE, WORLD, BLUR, KEEP = "restyle", "world", "blur", "keep"

# The set's camera follows a head: so many metres for the picture's width, slowly, and not at all for less than this part of the width.
_PARALLAX_M, _FOLLOWS, _STILL = 0.9, 0.08, 0.004
# After so many pictures of a place that stands still the model has nothing to add.
_SETTLED = 4

_UNAVAILABLE = "people_unavailable"
Paint = Callable[[InputFrame, Controls], OutputFrame]
_Picture = npt.NDArray[np.uint8]


def background_spec() -> ControlSpec:
    """The control that says what stands behind people."""
    return Choice(
        name=BACKGROUND,
        help="What is behind people in front of a camera: painted like everything, another world, out of focus, or as it is.",
        values=(RESTYLE, WORLD, BLUR, KEEP),
        default=RESTYLE,
    )


@dataclass(slots=True)
class PeopleState:
    """What a stream remembers of people and of what is behind them; fixed in size.

    Attributes:
        watch: who was seen. parts: what colors their parts have. behind: what the last frame had behind them ("" before the first).
        seed, boxes: the place, of that seed. offset: its camera's, metres. at: where the head was, parts of the width and height.
        place: the last painted picture of it; asked: by what. settled: pictures since it last changed.
    """

    watch: PersonWatch = field(default_factory=PersonWatch)
    parts: PartsWatch = field(default_factory=PartsWatch)
    behind: str = ""
    seed: int = -1
    boxes: tuple[Box, ...] = ()
    offset: tuple[float, float] = (0.0, 0.0)
    at: tuple[float, float] | None = None
    place: _Picture | None = None
    asked: tuple[Look, tuple[float, float]] | None = None
    settled: int = 0


class PeopleStage:
    """Finds people with networks that it loads when they are first asked for; shared by a pipeline's streams."""

    def __init__(self) -> None:
        self._networks: PersonNetworks | None = None
        self._loading = threading.Lock()
        self._fault = ""

    def process(
        self, frame: InputFrame, state: PeopleState, controls: Controls, size: tuple[int, int], paint: Paint
    ) -> OutputFrame:
        """A frame with what is asked for behind its people. `size`: height and width of the result; `paint`: the model."""
        behind = _heaviest(controls)
        garments = asked_garments(Look.of(controls).appearance)
        wanted = frame.depth is None and (behind != RESTYLE or bool(garments))
        networks = self._usable() if wanted else None
        if networks is None:
            return self._without_people(frame, state, controls, paint, wanted)
        clock = StageClock()
        source = np.ascontiguousarray(resample(frame.color, *size))
        source[..., 3] = 255
        if frame.reset:
            state.watch.forget()
            state.parts = PartsWatch()
        person = state.watch.look(networks, source, with_body=bool(garments))
        clock.mark("people")
        front = source
        if person is not None and person.body is not None:
            parts = state.parts.look(source, person.matte, person.body, person.face)
            if parts is not None:
                front = dressed(source, parts, person.body, garments)
        clock.mark("clothes")
        picture, painted = self._behind(behind, frame, state, _without_garments(controls), source, person, paint)
        state.behind = behind
        shown = StageClock()
        if behind == KEEP:
            picture = front
        elif person is not None:
            if painted is not None:
                light = sun_of_look(Look.of(controls))
                front = relit(front, person.matte, picture, (light[0], light[1]))
            picture = composed(front, person.matte, picture)
        shown.mark("background")
        timings = painted.timings_us if painted is not None else {}
        notices = painted.notices if painted is not None else ()
        return OutputFrame(picture, {**clock.stages_us(), **timings, **shown.stages_us()}, notices)

    def _without_people(
        self, frame: InputFrame, state: PeopleState, controls: Controls, paint: Paint, wanted: bool
    ) -> OutputFrame:
        """`wanted`: somebody asked for what can't be had."""
        reset = frame.reset or state.behind not in ("", RESTYLE)
        state.behind = RESTYLE
        output = paint(replace(frame, reset=reset) if reset else frame, controls)
        if wanted:
            output.notices = (*output.notices, Notice(_UNAVAILABLE, self._fault))
        return output

    def _behind(
        self, behind: str, frame: InputFrame, state: PeopleState, controls: Controls, source: _Picture, person: Person | None,
        paint: Paint,
    ) -> tuple[_Picture, OutputFrame | None]:  # fmt: skip
        """What is behind the person, and what the model gave for it, if it was asked."""
        if behind == WORLD:
            output = self._place(frame, state, controls, source.shape[:2], person, paint)
            return output.pixels, output
        if behind == RESTYLE:
            reset = frame.reset or state.behind not in ("", RESTYLE)
            output = paint(replace(frame, reset=reset) if reset else frame, controls)
            return output.pixels, output
        return (blurred(source, person.matte) if behind == BLUR and person is not None else source), None

    def _place(
        self,
        frame: InputFrame,
        state: PeopleState,
        controls: Controls,
        size: tuple[int, int],
        person: Person | None,
        paint: Paint,
    ) -> OutputFrame:
        """The painted place behind the person; not painted again while nothing about it changes."""
        look = Look.of(controls)
        if state.seed != look.seed:
            state.seed, state.boxes = look.seed, street(look.seed)
        state.offset = _followed(state, person)
        asked = (look, state.offset)
        cut = state.behind != WORLD or frame.reset or state.place is None or state.place.shape[:2] != size
        state.settled = 0 if cut or asked != state.asked else state.settled + 1
        if state.settled <= _SETTLED or state.place is None:
            shown = draw_set(state.boxes, camera_at(state.offset, *size), *size, seq=frame.seq)
            output = paint(replace(shown, reset=cut), controls)
            state.place, state.asked = output.pixels.copy(), asked
            return output
        return OutputFrame(state.place)

    def _usable(self) -> PersonNetworks | None:
        with self._loading:
            if self._networks is None and not self._fault:
                try:
                    self._networks = PersonNetworks(PEOPLE.paths())
                except (DeviceError, ImportError, RuntimeError) as error:
                    self._fault = str(error).splitlines()[0].rstrip(".") + "."
            return self._networks


def _heaviest(controls: Controls) -> str:
    """A background can't be half another one: the one that is asked for most."""
    weights = controls.weights(BACKGROUND)
    return max(weights, key=lambda name: weights[name]) if weights else RESTYLE


def _followed(state: PeopleState, person: Person | None) -> tuple[float, float]:
    """The set's camera, a little nearer to where the head's movement puts it."""
    if person is None:
        return state.offset
    height, width = person.matte.shape
    rows = person.matte.max(1) > 0.5
    if not rows.any():
        return state.offset
    top = int(rows.argmax())
    head = person.matte[top : top + max(1, height // 6)].sum(0)
    x, y = float((head * np.arange(width)).sum() / head.sum()) / width, top / height
    if state.at is None:
        state.at = (x, y)
    aim = (_PARALLAX_M * (x - 0.5), -0.3 * _PARALLAX_M * (y - 0.3))
    ways = [a - o for a, o in zip(aim, state.offset, strict=True)]
    if max(abs(way) for way in ways) < _STILL * _PARALLAX_M:
        return state.offset
    return (state.offset[0] + _FOLLOWS * ways[0], state.offset[1] + _FOLLOWS * ways[1])


def _without_garments(controls: Controls) -> Controls:
    """The model is not to forget what it saw because somebody put on a coat: only characters of an engine wear what it paints."""
    return Controls({name: value for name, value in controls.values.items() if not name.startswith(GARMENT_PREFIX)})
