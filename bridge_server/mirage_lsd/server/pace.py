"""Whether a stream gets the frame rate it asked for."""

from __future__ import annotations

from collections import deque

from ..controls import Notice

_WINDOW_NS = 5_000_000_000
_ENOUGH = 0.8


class Pace:
    """Counts a stream's results over the last five seconds.

    Args:
        fps: frames a second that the client asked for; 0: it named no rate, and there is nothing to hold.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._results: deque[tuple[int, int]] = deque()
        self._since_ns: int | None = None

    def result(self, now_ns: int, dropped: int) -> tuple[Notice, ...]:
        """One more result; a notice when there were too few over the whole window, although more frames came.

        Args:
            now_ns: when the frame was begun, `clock.now_ns()`.
            dropped: frames of the stream that were dropped so far.
        """
        if not self._fps:
            return ()
        if self._since_ns is None or (self._results and now_ns - self._results[-1][0] > _WINDOW_NS):
            self._since_ns = now_ns  # a pause of the client's own is not a slow model
            self._results.clear()
        self._results.append((now_ns, dropped))
        while now_ns - self._results[0][0] > _WINDOW_NS:
            self._results.popleft()
        rate = len(self._results) / (_WINDOW_NS / 1e9)
        came = rate + (dropped - self._results[0][1]) / (_WINDOW_NS / 1e9)
        if now_ns - self._since_ns < _WINDOW_NS or rate >= _ENOUGH * self._fps or came < _ENOUGH * self._fps:
            return ()
        sentence = (
            f"{self._fps:g} frames a second were asked for and {rate:.1f} can be painted here; "
            "ask for fewer steps, a smaller output or a lower rate."
        )
        return (Notice("rate_not_held", sentence),)
