"""Swipes: one quick sideways movement of an open hand that doesn't come back. Waving does."""

from __future__ import annotations

from collections import deque

from .poses import Held

# In palms and seconds. A stroke goes at least so far, in at most so long ...
_LEAST_WAY, _LONGEST_S = 2.0, 0.9
# ... more sideways than up or down, with the hand open most of the time ...
_STEEPEST, _LEAST_OPEN = 0.6, 0.6
# ... doesn't come back within a moment, and didn't come from there just before.
_SETTLED_S, _TOO_LATE_S, _BACK, _BEFORE_S = 0.35, 0.9, 0.7, 1.0
# Within this of its end it is there.
_NEAR = 0.2
# After a swipe the hand goes back to where it began, for the next one: that isn't looked at.
_PAUSE_S = 1.0
_MEMORY_S = 2.5


class SwipeReader:
    """The strokes of one hand."""

    def __init__(self) -> None:
        self._places: deque[tuple[float, Held]] = deque()
        self._quiet_until = 0.0

    def feed(self, t: float, held: Held | None) -> int:
        """Takes the hand at `t` seconds (None: not seen now); 1 or -1 when it has swiped to the picture's right or left, else 0."""
        if t < self._quiet_until:
            return 0
        if held is not None:
            self._places.append((t, held))
        while self._places and t - self._places[0][0] > _MEMORY_S:
            self._places.popleft()
        if len(self._places) < 3:
            return 0
        way = self._stroke(t)
        if way:
            self._quiet_until = t + _PAUSE_S
            self._places.clear()
        return way

    def _stroke(self, now: float) -> int:
        """Whether the way up to now ends in a stroke after which the hand has settled."""
        times = [t for t, _ in self._places]
        hands = [held for _, held in self._places]
        palms = sorted(held.palm for held in hands)
        palm = palms[len(palms) // 2]
        for sign in (1, -1):
            ahead = [sign * held.x / palm for held in hands]
            top = max(ahead)
            end = next(i for i, place in enumerate(ahead) if place >= top - _NEAR)
            if not _SETTLED_S <= now - times[end] <= _TOO_LATE_S or top - min(ahead[end:]) > _BACK:
                continue
            lately = [i for i in range(end) if times[end] - times[i] <= _LONGEST_S + _NEAR]
            if not lately:
                continue
            low = min(ahead[i] for i in lately)
            start = max(i for i in lately if ahead[i] <= low + _NEAR)
            way = ahead[end] - ahead[start]
            if way < _LEAST_WAY or times[end] - times[start] > _LONGEST_S:
                continue
            rise = abs(hands[end].y - hands[start].y) / palm
            stroke = hands[start : end + 1]
            is_open = sum(held.open for held in stroke) >= _LEAST_OPEN * len(stroke)
            before = [ahead[i] for i in range(start) if times[start] - times[i] < _BEFORE_S]
            came_from_there = bool(before) and max(before) - ahead[start] > _BACK
            if rise <= _STEEPEST * way and is_open and not came_from_there:
                return sign
        return 0
