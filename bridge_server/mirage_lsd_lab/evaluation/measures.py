"""Measures of picture quality and of temporal consistency. Pictures are (3, H, W) in 0..1."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.psnr import psnr_db


def psnr(output: Tensor, target: Tensor) -> float:
    """Peak signal-to-noise ratio, dB; see `psnr_db`."""
    return psnr_db(float((output - target).square().mean()), 1.0)


def _luma(picture: Tensor) -> Tensor:
    return (picture * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(0)


def ssim(output: Tensor, target: Tensor) -> float:
    """Structural similarity on luma, 11 x 11 Gaussian window, sigma 1.5 (Wang et al., 2004)."""
    x, y = (_luma(p)[None, None] for p in (output, target))
    taps = torch.exp(-((torch.arange(11.0) - 5) ** 2) / (2 * 1.5**2))
    taps = taps / taps.sum()

    def blur(z: Tensor) -> Tensor:
        return F.conv2d(F.conv2d(z, taps.view(1, 1, 1, 11)), taps.view(1, 1, 11, 1))

    mx, my = blur(x), blur(y)
    vx, vy, vxy = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    return float((((2 * mx * my + c1) * (2 * vxy + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean())


def high_frequency_energy(picture: Tensor) -> float:
    """Mean square of the picture less its 3 x 3 mean."""
    mean = F.avg_pool2d(picture[None], 3, 1)
    return float((picture[None, :, 1:-1, 1:-1] - mean).square().mean())


def sharpness(output: Tensor, target: Tensor) -> float:
    """High-frequency energy of the output over the target's: 1 is as crisp, below is blurred, above is noisy."""
    return high_frequency_energy(output) / max(high_frequency_energy(target), 1e-9)


def log_high_pass(picture: Tensor) -> Tensor:
    """Logarithm of luma less its 9 x 9 mean, (H, W), of a picture in 0..1: what eyes take for detail, whatever the light."""
    level = torch.log(_luma(picture) + 0.02)[None, None]
    return (level - F.avg_pool2d(level, 9, 1, 4, count_include_pad=False))[0, 0]


def detail(output: Tensor, source: Tensor) -> tuple[float, float]:
    """How much of the source's detail the output has: correlation of their `log_high_pass`, and the ratio of its energies."""
    a, b = log_high_pass(output).flatten(), log_high_pass(source).flatten()
    correlation = float((a * b).mean() / (a.square().mean() * b.square().mean()).sqrt().clamp(min=1e-9))
    return correlation, float(a.square().mean() / b.square().mean().clamp(min=1e-9))


def warp_error(now: Tensor, before: Tensor, x: Tensor, y: Tensor, valid: Tensor) -> float:
    """Mean |now - warped before| over valid pixels, on the 0..255 scale. `x`, `y`, `valid`: (H, W), pixel positions in `before`."""
    h, w = x.shape
    grid = torch.stack([(2 * x + 1) / w - 1, (2 * y + 1) / h - 1], -1)[None]
    warped = F.grid_sample(before[None], grid, mode="bilinear", padding_mode="border", align_corners=False)[0]
    return float((now - warped).abs().mean(0)[valid].mean()) * 255
