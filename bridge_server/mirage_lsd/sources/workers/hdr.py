"""Pictures of HDR clips (phones record HLG, 10 bit) as sRGB."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...picture import Pixels

# FFmpeg's AVCOL_TRC numbers.
HDR_TRANSFERS = {16: "pq", 18: "hlg"}
# ITU-R BT.2408: the light of a white sheet of paper, and of the brightest HLG on a display of 1000 nits.
_PAPER_NITS = 203.0
_HLG_PEAK_NITS = 1000.0
# ITU-R BT.2087, from the linear colors of BT.2020 to those of BT.709.
_709_FROM_2020 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
_KNEE = 0.8  # of paper white: up to here nothing is compressed
_BITS = 12


class HdrToSdr:
    """Converts RGB of 16 bit a channel, BT.2020 with the transfer "hlg" or "pq", to RGBA, sRGB.

    Light up to 80 % of paper white stays as it is; what is brighter is compressed into the rest, by the brightest of the three
    channels so that hues stay.
    """

    def __init__(self, transfer: str) -> None:
        code = (np.arange(1 << _BITS, dtype=np.float64) + 0.5) / (1 << _BITS)
        self._linear = (_pq(code) if transfer == "pq" else _hlg(code)).astype(np.float32)
        grid = np.linspace(0.0, 1.0, 4096)
        self._encode = np.rint(255 * _srgb(grid)).astype(np.uint8)

    def __call__(self, rgb: npt.NDArray[np.uint16]) -> Pixels:
        """H x W x 3 uint16 to H x W x 4 uint8."""
        light = self._linear[rgb >> (16 - _BITS)] @ _709_FROM_2020.T
        np.maximum(light, 0.0, out=light)
        peak = light.max(axis=2, keepdims=True)
        over = np.maximum(peak - _KNEE, 0.0)
        room = 1.0 - _KNEE
        light *= np.where(peak > _KNEE, (_KNEE + room * over / (over + room)) / np.maximum(peak, 1e-6), 1.0)
        pixels = np.empty((*rgb.shape[:2], 4), np.uint8)
        pixels[..., :3] = self._encode[np.rint(np.clip(light, 0.0, 1.0) * 4095).astype(np.uint16)]
        pixels[..., 3] = 255
        return pixels


def _hlg(code: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """ITU-R BT.2100: scene light of HLG with the display's gamma of 1.2, 1 for paper white."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3.0, (np.exp((code - c) / a) + b) / 12.0)
    return scene**1.2 * _HLG_PEAK_NITS / _PAPER_NITS


def _pq(code: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """SMPTE ST 2084: display light, 1 for paper white."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = code ** (1 / m2)
    return (np.maximum(power - c1, 0.0) / (c2 - c3 * power)) ** (1 / m1) * 10_000.0 / _PAPER_NITS


def _srgb(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)
