"""When the pictures of a clip are due: a pure function of clocks."""

from __future__ import annotations


class Pacer:
    """Maps a clip's time stamps to the clock on the wall.

    A clip that falls behind by more than `slack_ns` (the machine slept, a picture took long) doesn't rush to catch up: its zero is
    moved. A jump of the time stamps, back or far ahead (a loop, a broken file), moves it too.
    """

    def __init__(self, slack_ns: int = 500_000_000, longest_gap_ns: int = 10_000_000_000) -> None:
        self._slack, self._longest_gap = slack_ns, longest_gap_ns
        self._zero: int | None = None
        self._last_media = 0

    def wait_ns(self, media_ns: int, now_ns: int) -> int:
        """Nanoseconds from now until the picture with this time stamp is due; 0: now."""
        jumped = not 0 <= media_ns - self._last_media <= self._longest_gap
        if self._zero is None or jumped or now_ns - (self._zero + media_ns) > self._slack:
            self._zero = now_ns - media_ns
        self._last_media = media_ns
        return max(0, self._zero + media_ns - now_ns)


class Cadence:
    """Lets pictures through at most `fps` times a second, evenly; a pure function of clocks.

    A picture a little early is let through, so that a source of the same rate loses none to jitter.
    """

    def __init__(self, fps: float) -> None:
        self._interval_ns = round(1e9 / fps)
        self._next: int | None = None

    def due(self, now_ns: int) -> bool:
        """Whether a picture that came now is wanted."""
        if self._next is None or now_ns - self._next > 2 * self._interval_ns:
            self._next = now_ns
        if now_ns < self._next - self._interval_ns // 4:
            return False
        self._next += self._interval_ns
        return True
