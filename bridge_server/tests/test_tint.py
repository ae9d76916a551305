"""The color of the light on a painted picture."""

from __future__ import annotations

import numpy as np

from mirage_lsd.pipelines.mirage.tint import tinted


def test_a_tint_colors_and_white_changes_nothing() -> None:
    grey = np.full((4, 4, 4), 120, np.uint8)
    assert tinted(grey, (1.0, 1.0, 1.0)) is grey
    assert tinted(grey, None) is grey
    blue = tinted(grey, (0.4, 0.55, 1.0))
    assert blue[0, 0, 2] > 140 > 120 > blue[0, 0, 0]
    assert (blue[..., 3] == 120).all()
    assert abs(float(blue[0, 0, :3] @ np.array((0.299, 0.587, 0.114))) - 120) < 6
    assert (grey == 120).all()
