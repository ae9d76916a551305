"""Hand gestures in front of the camera."""

from __future__ import annotations

import time
from typing import Any

from ..device_process import DeviceProcess
from ..people.files import HANDS
from ..picture import Picture
from .base import Change, ControlValue, Emit, Panel, choice_after
from .feed import PictureFeed
from .process import ProcessController

# A worker that has pictures and takes none for so long is started again.
_STALL_S = 5.0
_QUICK_S = 0.2


class GestureController(ProcessController):
    """A swipe chooses the next or the previous scene, a pointing finger the next lighting; thumb and index finger, pinched and opened,
    set the strength by their distance; an open palm shows the camera's picture while it is held up; thumb down turns the model off,
    thumb up on again.

    Hands are looked for in the source's pictures, up to `rate` times a second, in a process of its own: the stream goes on as if
    nobody looked.

    Args:
        transition_s: of a change.
        rate: pictures a second that are looked at, 5 to 15.
        mirrored: the source's left and right are exchanged; right is always the performer's.
    """

    name = "gestures"
    help = "hand gestures in front of the camera: --gestures"
    worker = "mirage_lsd.controllers.workers.gesture"

    def __init__(self, *, transition_s: float = 1.0, rate: float = 10.0, mirrored: bool = False) -> None:
        super().__init__()
        if not 5.0 <= rate <= 15.0:
            raise ValueError(f"rate is 5 to 15 pictures a second, not {rate:g}.")
        self._transition_s, self._every_ns, self._mirrored = transition_s, round(0.95e9 / rate), mirrored
        self._feed = PictureFeed()
        self._due_ns = 0
        self._idle_at = 0.0
        self._bypass_before: ControlValue | None = None
        self._told_no_room = False

    @classmethod
    def available(cls) -> str | None:
        return HANDS.missing()

    def start(self, panel: Panel, emit: Emit) -> None:
        self._due_ns, self._bypass_before, self._told_no_room = 0, None, False
        super().start(panel, emit)

    def stop(self) -> None:
        super().stop()
        self._feed.forget()

    def look(self, picture: Picture) -> None:
        process = self._process
        t_ns = picture.t_capture_ns if picture.media_time_ns is None else picture.media_time_ns
        # A clip that begins anew jumps back.
        if process is None or not self._opened or 0 <= self._due_ns - t_ns <= self._every_ns:
            return
        try:
            if self._feed.give(process, picture):
                self._due_ns = t_ns + self._every_ns
        except OSError as error:
            if self.on_notice is not None and not self._told_no_room:
                self.on_notice(f"There is no room for the shared memory of gestures ({error.strerror}); make room.")
            self._told_no_room = True

    def _options(self, panel: Panel) -> dict[str, Any]:
        palm_file, hand_file = HANDS.paths()
        self._feed.forget()
        self._idle_at = time.monotonic()
        return {"models": [str(palm_file), str(hand_file)]}

    def _stalled(self) -> str:
        now = time.monotonic()
        if self._feed.idle:
            self._idle_at = now
        return (
            "Gestures take no pictures any more; they are being started again."
            if now - self._idle_at > _STALL_S
            else ""
        )

    def _ended(self, panel: Panel, emit: Emit) -> None:
        self._put_back(emit)

    def _take(self, process: DeviceProcess, message: dict[str, Any]) -> None:
        if message["kind"] == "free" and process is self._process:
            self._feed.freed(message)
            self._idle_at = time.monotonic()
        super()._take(process, message)

    def _event(self, message: dict[str, Any], panel: Panel, emit: Emit) -> None:
        gesture = str(message["gesture"])
        if gesture == "palm_over":
            self._put_back(emit)
            return
        if gesture == "palm":
            if "bypass" in panel.controls and self._bypass_before is None:
                self._bypass_before = panel.current.get("bypass", False)
                emit(Change({"bypass": True}, _QUICK_S, "gesture palm"))
            return
        found = change_of(panel, gesture, float(message["value"]), self._mirrored)
        if found is not None:
            emit(Change(found, _QUICK_S if gesture == "pinch" else self._transition_s, f"gesture {gesture}"))

    def _put_back(self, emit: Emit) -> None:
        """The palm is gone: as it was before."""
        before, self._bypass_before = self._bypass_before, None
        if before is not None:
            emit(Change({"bypass": before}, _QUICK_S, "gesture palm"))


def change_of(panel: Panel, gesture: str, value: float, mirrored: bool) -> dict[str, ControlValue] | None:
    """The values that a gesture sets now; None where the model has no such control.

    Args:
        gesture: "swipe_left" or "swipe_right" as the picture shows it, "point", "pinch", "thumb_up", "thumb_down".
        value: of a pinch, 0 to 1.
        mirrored: the picture is a mirror's. Else the performer's right is at the picture's left.
    """
    if gesture in ("swipe_left", "swipe_right"):
        to_the_right = (gesture == "swipe_right") == mirrored
        chosen = choice_after(panel, "scene", 1 if to_the_right else -1)
        return None if chosen is None else {"scene": chosen}
    if gesture == "point":
        chosen = choice_after(panel, "lighting", 1)
        return None if chosen is None else {"lighting": chosen}
    if gesture in ("thumb_up", "thumb_down") and "bypass" in panel.controls:
        return {"bypass": gesture == "thumb_down"}
    strength = panel.controls.get("strength")
    if gesture == "pinch" and strength is not None:
        return {"strength": round(strength.minimum + value * (strength.maximum - strength.minimum), 3)}
    return None
