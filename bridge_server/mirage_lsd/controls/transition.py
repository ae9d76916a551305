"""Values that move from one to another over a time. Times in seconds of any one clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

Direction = tuple[float, float, float]

# Names or texts that a transition mixes at a time.
_MOST_BLENDED = 8


class Transition(Protocol):
    """One control's value over time."""

    @property
    def target(self) -> Any:
        """Where it moves to, or has arrived."""
        ...

    def move(self, value: Any, now: float, duration: float) -> None:
        """Starts from whatever is in effect at `now`; arrives `duration` seconds later."""
        ...

    def sample(self, now: float) -> Any:
        """The value in effect."""
        ...


class Jump:
    """A value that changes at once."""

    def __init__(self, value: Any) -> None:
        self.target = value

    def move(self, value: Any, now: float, duration: float) -> None:
        """Takes the value, whatever the duration."""
        self.target = value

    def sample(self, now: float) -> Any:
        """The value in effect."""
        return self.target


class WeightTransition:
    """Weights of names or texts, summing to 1, moving linearly to a single one."""

    def __init__(self, name: str) -> None:
        self._start: dict[str, float] = {name: 1.0}
        self._target = name
        self._began = 0.0
        self._duration = 0.0

    @property
    def target(self) -> str:
        """Where it moves to, or has arrived."""
        return self._target

    def move(self, name: str, now: float, duration: float) -> None:
        """Starts from whatever is in effect now."""
        self._start = self.sample(now)
        self._target, self._began, self._duration = name, now, duration

    def sample(self, now: float) -> dict[str, float]:
        """The weights in effect."""
        progress = _progress(now, self._began, self._duration)
        if progress >= 1.0:
            return {self._target: 1.0}
        weights = {name: weight * (1.0 - progress) for name, weight in self._start.items()}
        weights[self._target] = weights.get(self._target, 0.0) + progress
        return weights if len(weights) <= _MOST_BLENDED else _heaviest(weights)


class BlendTransition:
    """Numbers that move linearly to others."""

    def __init__(self, values: tuple[float, ...]) -> None:
        self._start = self._target = values
        self._began = 0.0
        self._duration = 0.0

    @property
    def target(self) -> tuple[float, ...]:
        """Where it moves to, or has arrived."""
        return self._target

    def move(self, values: tuple[float, ...], now: float, duration: float) -> None:
        """Starts from what is in effect now."""
        self._start = self.sample(now)
        self._target, self._began, self._duration = values, now, duration

    def sample(self, now: float) -> tuple[float, ...]:
        """The numbers in effect."""
        progress = _progress(now, self._began, self._duration)
        if progress >= 1.0:
            return self._target
        return tuple(a + (z - a) * progress for a, z in zip(self._start, self._target, strict=True))


class DirectionTransition:
    """A unit vector (or None: not set) that turns at constant speed along the shorter arc to another."""

    def __init__(self, direction: Direction | None = None) -> None:
        self._start: Direction | None = None
        self._target: Direction | None = None if direction is None else _unit(direction)
        self._began = 0.0
        self._duration = 0.0

    @property
    def target(self) -> Direction | None:
        """Where it turns to, or has arrived."""
        return self._target

    def move(self, direction: Sequence[float], now: float, duration: float) -> None:
        """Starts from what is in effect now; where that is None there is nothing to turn from, and it jumps."""
        self._start = self.sample(now)
        self._target, self._began, self._duration = _unit(direction), now, duration

    def sample(self, now: float) -> Direction | None:
        """The direction in effect."""
        progress = _progress(now, self._began, self._duration)
        if self._target is None or self._start is None or progress >= 1.0:
            return self._target
        return _slerp(self._start, self._target, progress)


def _heaviest(weights: dict[str, float]) -> dict[str, float]:
    """The heaviest of them, summing to 1 again: whoever sends a new text each frame must not make the blend grow."""
    kept = dict(sorted(weights.items(), key=lambda item: item[1], reverse=True)[:_MOST_BLENDED])
    total = sum(kept.values())
    return {name: weight / total for name, weight in kept.items()}


def _progress(now: float, began: float, duration: float) -> float:
    return 1.0 if duration <= 0.0 else min(max((now - began) / duration, 0.0), 1.0)


def _unit(vector: Sequence[float]) -> Direction:
    length = math.hypot(*vector)
    x, y, z = (component / length for component in vector)
    return x, y, z


def _slerp(start: Direction, target: Direction, progress: float) -> Direction:
    cosine = min(max(sum(a * b for a, b in zip(start, target, strict=True)), -1.0), 1.0)
    # The part of the target that is at right angles to the start spans the plane to turn in.
    side = [b - cosine * a for a, b in zip(start, target, strict=True)]
    if math.hypot(*side) < 1e-6:
        if cosine > 0.0:
            return target
        # Opposite directions: any plane will do; take the one through the axis least along the start.
        axis = min(range(3), key=lambda index: abs(start[index]))
        side = [float(index == axis) - start[axis] * start[index] for index in range(3)]
    right = _unit(side)
    angle = math.acos(cosine) * progress
    x, y, z = (math.cos(angle) * a + math.sin(angle) * b for a, b in zip(start, right, strict=True))
    return x, y, z
