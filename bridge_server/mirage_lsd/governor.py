"""The quality governor: holds the asked frame rate by giving up quality, never by falling behind."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# Sides of a picture are a multiple of this.
_SIDE_STEP = 16
# Frames that are looked at before anything is changed; fewer when each of them takes more than twice its time.
_ENOUGH = 8
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a picture is made.

    Attributes:
        steps: sampling steps of a frame.
        context_interval: a new context for every n-th frame; between them the last one is shaded.
        scale: of both sides of the picture, 0..1.
    """

    steps: int
    context_interval: int = 1
    scale: float = 1.0

    @property
    def work(self) -> float:
        """Steps times pixels of a frame, against one step of the whole picture."""
        return self.steps * self.scale**2 / self.context_interval

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The picture's size at this quality, sides a multiple of 16; the whole size stays as it is."""
        if self.scale >= 1.0:
            return width, height
        scaled = (round(side * self.scale / _SIDE_STEP) * _SIDE_STEP for side in (width, height))
        w, h = (max(_SIDE_STEP, side) for side in scaled)
        return w, h


def quality_ladder(
    steps: int, *, context_intervals: tuple[int, ...] = (1,), smallest_scale: float = 0.4
) -> tuple[Quality, ...]:
    """From the best quality to the least: first steps are given up, then contexts, then size: in this order it is seen least.

    Args:
        steps: most steps a frame, 1..8.
        context_intervals: what the painter offers, rising.
        smallest_scale: below that the picture is not worth it.
    """
    best, *rarer = context_intervals
    ladder = [Quality(n, best) for n in range(steps, 0, -1)]
    ladder += [Quality(1, interval) for interval in rarer]
    last = ladder[-1]
    scales = (0.85, 0.7, 0.6, 0.5, 0.4, 0.33, 0.25)
    ladder += [Quality(1, last.context_interval, scale) for scale in scales if scale >= smallest_scale]
    return tuple(ladder)


class QualityGovernor:
    """Chooses the quality from the time that frames take. A pure function of what it is told: no clock of its own.

    It goes down when the typical frame (the median of the last ones) does not fit the budget, and at once when far from it. It goes up
    only when there was room for several seconds, and when going up has just failed it waits longer before the next try: a viewer sees
    a change more than a level.

    Args:
        fps: the frame rate to hold.
        ladder: qualities from best to least.
        margin: the part of the frame's time that a frame may take.
    """

    def __init__(self, fps: float, ladder: tuple[Quality, ...], *, margin: float = 0.9) -> None:
        self.fps, self.ladder = fps, ladder
        self._budget_ns = 1e9 / fps * margin
        self._level = 0
        self._times: deque[int] = deque(maxlen=24)
        self._room_since_ns: int | None = None
        self._patience_ns = 4e9
        self._went_up_ns: int | None = None
        # What frames took at a level, when it was last in use.
        self._known: dict[int, float] = {}

    @property
    def quality(self) -> Quality:
        return self.ladder[self._level]

    @property
    def behind(self) -> bool:
        """Whether even the least quality doesn't hold the rate."""
        return self._level == len(self.ladder) - 1 and self._typical() > 1e9 / self.fps

    def observe(self, took_ns: int, now_ns: int) -> bool:
        """Takes note of a frame: how long it took, and the time now. Returns whether the quality is another one from now on."""
        self._times.append(took_ns)
        far = len(self._times) >= _FEWEST and min(list(self._times)[-_FEWEST:]) > 2 * self._budget_ns
        if len(self._times) < _ENOUGH and not far:
            return False
        typical = self._typical()
        self._known[self._level] = typical
        if typical > self._budget_ns:
            self._room_since_ns = None
            return self._go_down(typical, now_ns)
        return self._go_up(typical, now_ns)

    def explain(self, width: int, height: int) -> str:
        """One sentence: what was given up; "" when nothing was."""
        best, now = self.ladder[0], self.quality
        given = []
        if now.steps < best.steps:
            given.append(f"{now.steps} of {best.steps} steps")
        if now.context_interval > best.context_interval:
            given.append(f"a new context every {now.context_interval} frames")
        if now.scale < best.scale:
            w, h = now.size(width, height)
            given.append(f"{w}x{h} instead of {width}x{height}")
        if not given:
            return f"This machine is too slow for {self.fps:g} frames a second." if self.behind else ""
        held = "and still falls short of" if self.behind else "to hold"
        return f"Runs with {', '.join(given)} {held} {self.fps:g} frames a second."

    def _typical(self) -> float:
        ordered = sorted(self._times)
        return float(ordered[len(ordered) // 2]) if ordered else 0.0

    def _go_down(self, typical: float, now_ns: int) -> bool:
        if self._level == len(self.ladder) - 1:
            return False
        if self._went_up_ns is not None and now_ns - self._went_up_ns < 10e9:
            self._patience_ns = min(self._patience_ns * 2, 120e9)
        # To the first quality that would fit if all the work were in the pixels' steps. What else a frame takes makes that too
        # hopeful, never too careful: the next look corrects it.
        now = self.ladder[self._level].work
        fitting = (
            i for i, q in enumerate(self.ladder) if i > self._level and typical * q.work / now <= self._budget_ns
        )
        self._level = next(fitting, len(self.ladder) - 1)
        self._times.clear()
        return True

    def _go_up(self, typical: float, now_ns: int) -> bool:
        if self._level == 0:
            return False
        better = self._known.get(self._level - 1)
        # What the better level took is known, but the machine may have less to do by now.
        enough = (
            typical < 0.8 * self._budget_ns
            if better is None or better < self._budget_ns
            else typical < 0.65 * self._budget_ns
        )
        if not enough:
            self._room_since_ns = None
            return False
        if self._room_since_ns is None:
            self._room_since_ns = now_ns
        if now_ns - self._room_since_ns < self._patience_ns:
            return False
        self._level -= 1
        self._times.clear()
        self._room_since_ns, self._went_up_ns = None, now_ns
        return True
