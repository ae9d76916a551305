"""Gestures: what hands show, held long enough and still, or drawn through the air."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .poses import CLOSED, OPEN, Held, Pose, read_pose
from .swipes import SwipeReader
from .tracker import Hand

# Seconds that a pose is held before it counts. A pinch is followed by a movement, which nothing else is.
_DWELL_S = {Pose.PALM: 1.2, Pose.POINT: 1.2, Pose.THUMB_UP: 0.8, Pose.THUMB_DOWN: 0.8, Pose.PINCH: 0.6}
# Of the pictures meanwhile at least this part shows it, and the hand moves at most so far, in palms.
_LEAST_SHARE, _STILL = 0.8, 0.25
_LEAST_PICTURES = 4
# While another hand has moved that far in so many seconds, nothing counts.
_LATELY_S = 0.8
# A pose is over, and may be shown anew, when it was gone for so long.
_GONE_S = 0.4
# A hand whose palm is shorter than this part of the picture's height is somebody's in the background.
_LEAST_PALM = 0.06
# A hand whose middle is below this part of the picture's height is not held up: it talks, or lies on the desk.
_LOWEST = 0.67
# A strength is taken when the fingers have kept still for so long, within so many palms; a hand that moves away lets go.
_TAKEN_S, _TAKEN_WITHIN, _MOVED_AWAY = 1.0, 0.08, 0.5
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something that hands said.

    Attributes:
        name: "swipe_left", "swipe_right" (as the picture shows it), "point", "thumb_up", "thumb_down", "palm", "palm_over", "pinch".
        value: of a pinch: 0 (closed) to 1.
    """

    name: str
    value: float = 0.0


@dataclass(slots=True)
class _HandState:
    seen: float
    held: deque[tuple[float, Held]] = field(default_factory=deque)
    swipes: SwipeReader = field(default_factory=SwipeReader)
    # The pose that has counted, which it does once, and when it was last seen; whether an open palm was told and is not over.
    shown: Pose = Pose.OTHER
    shown_at: float = 0.0
    palm_told: bool = False
    # While fingers set the strength: where the hand was, whether they have opened, the gaps since then, the last value told.
    pinch_at: tuple[float, float] | None = None
    opened: bool = False
    gaps: deque[tuple[float, float]] = field(default_factory=deque)
    told: float = -1.0
    # Where a pinch ended: until the hand has left that place, what it shows is the rest of the pinch.
    ended_at: tuple[float, float] | None = None


class GestureReader:
    """Makes gestures of the hands in picture after picture. One thread; the clock is whoever's feeds it."""

    def __init__(self) -> None:
        self._hands: dict[int, _HandState] = {}

    def feed(self, t: float, hands: Sequence[Hand], height: int) -> list[Gesture]:
        """Takes the hands of the picture of `t` seconds, which is `height` pixels high; what they have said with it."""
        return self.feed_held(t, {hand.number: read_pose(hand) for hand in hands}, height)

    def feed_held(self, t: float, held: dict[int, Held], height: int) -> list[Gesture]:
        """The same of hands that were read already, by their numbers."""
        near = {number: hand for number, hand in held.items() if hand.palm >= _LEAST_PALM * height}
        for number, hand in near.items():
            if hand.y > _LOWEST * height:
                near[number] = replace(hand, pose=Pose.OTHER, open=False)
        for number in near:
            self._hands.setdefault(number, _HandState(t))
        told: list[Gesture] = []
        moving = {number for number, state in self._hands.items() if _moves(t, state)}
        for number, state in list(self._hands.items()):
            told += self._hand(t, state, near.get(number), alone=not moving - {number})
            if t - state.seen > 2.0 and state.shown is Pose.OTHER:
                del self._hands[number]
        return told

    def _hand(self, t: float, state: _HandState, held: Held | None, *, alone: bool) -> list[Gesture]:
        """What one hand says; `alone`: no other one moves. Whoever talks moves both, and means neither."""
        told: list[Gesture] = []
        if held is not None:
            state.seen = t
            state.held.append((t, held))
            if held.pose is state.shown:
                state.shown_at = t
        while state.held and t - state.held[0][0] > 1.5:
            state.held.popleft()
        if state.shown is not Pose.OTHER and t - state.shown_at > _GONE_S and state.pinch_at is None:
            told += _palm_over(state)
            state.shown = Pose.OTHER
        if state.pinch_at is not None:
            told += self._pinch(t, state, held)
            return told
        way = state.swipes.feed(t, held)
        if way and alone and state.shown is Pose.OTHER:
            told.append(Gesture("swipe_right" if way > 0 else "swipe_left"))
        if state.ended_at is not None and (held is None or _way(held, state.ended_at) <= _MOVED_AWAY):
            return told
        state.ended_at = None
        pose = _held_long(t, state)
        if held is None or pose is None or pose is state.shown or not alone:
            return told
        told += _palm_over(state)
        state.shown, state.shown_at = pose, t
        if pose is Pose.PINCH:
            state.pinch_at, state.opened, state.told = (held.x, held.y), False, -1.0
            state.gaps.clear()
        else:
            told.append(Gesture(pose.value))
            state.palm_told = pose is Pose.PALM
        return told

    def _pinch(self, t: float, state: _HandState, held: Held | None) -> list[Gesture]:
        """While thumb and index finger set the strength."""
        assert state.pinch_at is not None
        moved = held is not None and _way(held, state.pinch_at) > _MOVED_AWAY
        if t - state.seen > _GONE_S or moved or (held is not None and held.fist):
            _let_go(t, state, held)
            return []
        if held is None:
            return []
        if not state.opened:
            # Until it opens nothing changes: whoever only pinches has said nothing.
            state.opened = all(hand.gap > CLOSED * 1.2 for _, hand in list(state.held)[-2:])
            return []
        state.gaps.append((t, held.gap))
        while t - state.gaps[0][0] > _TAKEN_S:
            state.gaps.popleft()
        last = [gap for _, gap in list(state.gaps)[-3:]]
        value = (sorted(last)[len(last) // 2] - CLOSED) / (OPEN - CLOSED)
        value = round(min(1.0, max(0.0, value)), 3)
        gaps = [gap for _, gap in state.gaps]
        long_enough = t - state.gaps[0][0] > 0.85 * _TAKEN_S and len(gaps) >= _LEAST_PICTURES
        taken = long_enough and max(gaps) - min(gaps) < 2 * _TAKEN_WITHIN
        told: list[Gesture] = []
        if len(last) == 3 and (abs(value - state.told) >= _STEP or (taken and value != state.told)):
            state.told = value
            told.append(Gesture("pinch", value))
        if taken:
            _let_go(t, state, held)
        return told


def _held_long(t: float, state: _HandState) -> Pose | None:
    """The pose that has been held still for its time; OTHER never is."""
    newest = state.held[-1][1].pose if state.held else Pose.OTHER
    if newest is Pose.OTHER:
        return None
    dwell = _DWELL_S[newest]
    if t - state.held[0][0] < 0.9 * dwell:
        return None
    during = [held for at, held in state.held if t - at <= dwell]
    shows = [held for held in during if held.pose is newest]
    if len(during) < _LEAST_PICTURES or len(shows) < _LEAST_SHARE * len(during):
        return None
    first = (during[0].x, during[0].y)
    return newest if all(_way(held, first) <= _STILL for held in during) else None


def _moves(t: float, state: _HandState) -> bool:
    """Whether a hand has moved lately."""
    lately = [held for at, held in state.held if t - at <= _LATELY_S]
    return len(lately) > 1 and any(_way(held, (lately[0].x, lately[0].y)) > _STILL for held in lately)


def _palm_over(state: _HandState) -> list[Gesture]:
    over, state.palm_told = state.palm_told, False
    return [Gesture("palm_over")] if over else []


def _let_go(t: float, state: _HandState, held: Held | None) -> None:
    state.ended_at = state.pinch_at if held is not None else None
    state.pinch_at, state.shown, state.shown_at = None, Pose.PINCH, t


def _way(held: Held, from_: tuple[float, float]) -> float:
    """In palms."""
    return float(((held.x - from_[0]) ** 2 + (held.y - from_[1]) ** 2) ** 0.5 / held.palm)
