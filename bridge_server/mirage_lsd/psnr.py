"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math


def psnr_db(mean_square_error: float, peak: float) -> float:
    """Of pictures whose largest value is `peak`; at most 100 dB, which equal pictures have."""
    return -10 * math.log10(max(mean_square_error / peak**2, 1e-10))
