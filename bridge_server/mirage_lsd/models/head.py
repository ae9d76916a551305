"""The head: a small neural shader that turns each output pixel's guide and context into its color.

1x1 layers whose weights are chosen by the controls: a set of matrices for every scene, another for every lighting, added in the proportions that
the controls ask for. Within a frame they are constant, so a theme costs nothing at run time (`accel/fused_cpu.py` runs the very same
function as one fused loop over pixels).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .guide import GUIDE_CHANNELS

LAYERS = 2


class ShaderWeights(NamedTuple):
    """The head's layers for one setting of the controls. `matrices`: (B, out, in) each, `biases`: (B, out) each: entry, LAYERS residual ones, exit."""

    matrices: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]


class Head(nn.Module):
    """Guide (B, G, H, W), context (B, C, h, w) and controls (B, K) -> picture (B, 3, H, W) in about -1..1. `controls`: see `weights`."""

    def __init__(self, context: int, width: int, scenes: int, lightings: int) -> None:
        super().__init__()
        self.scenes, self.themes = scenes, scenes + lightings
        sizes = [(width, GUIDE_CHANNELS + context)] + [(width, width)] * LAYERS + [(3, width)]
        self.scene_matrices = nn.ParameterList()
        self.scene_biases = nn.ParameterList()
        self.lighting_matrices = nn.ParameterList()
        self.lighting_biases = nn.ParameterList()
        for i, (out, into) in enumerate(sizes):
            gain = (2.0 if i == 0 else 1.0) / into**0.5
            # Every scene starts from the same matrices: what is true of all themes is learned once.
            first = torch.randn(1, out, into) * gain
            self.scene_matrices.append(nn.Parameter(first.repeat(scenes, 1, 1)))
            self.scene_biases.append(nn.Parameter(torch.zeros(scenes, out)))
            self.lighting_matrices.append(nn.Parameter(torch.zeros(lightings, out, into)))
            self.lighting_biases.append(nn.Parameter(torch.zeros(lightings, out)))
        self.film = nn.Sequential(nn.Linear(scenes + lightings, 64), nn.SiLU(), nn.Linear(64, 2 * width * (1 + LAYERS)))
        nn.init.zeros_(self.film[2].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.film[2].bias)  # type: ignore[arg-type]

    def weights(self, controls: Tensor) -> ShaderWeights:
        """The layers for `controls`, with the modulation folded in.

        `controls`: (B, scenes + lightings), or three more: the gain of each color in the picture, 1 changes nothing.
        """
        themes, gains = controls[:, : self.themes], controls[:, self.themes :]
        scene, lighting = themes[:, : self.scenes], themes[:, self.scenes :]
        modulation = self.film(themes).chunk(2 * (1 + LAYERS), 1)
        matrices, biases = [], []
        for i in range(LAYERS + 2):
            matrix = torch.einsum("bs,soi->boi", scene, self.scene_matrices[i])
            matrix = matrix + torch.einsum("bl,loi->boi", lighting, self.lighting_matrices[i])
            bias = scene @ self.scene_biases[i] + lighting @ self.lighting_biases[i]
            if i <= LAYERS:
                scale, shift = 1.0 + modulation[2 * i], modulation[2 * i + 1]
                matrix, bias = matrix * scale[:, :, None], bias * scale + shift
            matrices.append(matrix)
            biases.append(bias)
        if gains.shape[1] > 0:
            # What comes out is in -1..1, where black is -1.
            matrices[-1], biases[-1] = matrices[-1] * gains[:, :, None], biases[-1] * gains + (gains - 1.0)
        return ShaderWeights(tuple(matrices), tuple(biases))

    @staticmethod
    def shade(weights: ShaderWeights, inputs: Tensor) -> Tensor:
        """Runs the layers. `inputs`: (B, G + C, N), guide and upsampled context. Returns (B, 3, N)."""
        m, b = weights
        h = F.hardswish(torch.baddbmm(b[0][:, :, None].to(inputs.dtype), m[0].to(inputs.dtype), inputs))
        for i in range(1, LAYERS + 1):
            h = h + F.hardswish(torch.baddbmm(b[i][:, :, None].to(h.dtype), m[i].to(h.dtype), h))
        return torch.baddbmm(b[-1][:, :, None].to(h.dtype), m[-1].to(h.dtype), h)

    def forward(self, guide: Tensor, context: Tensor, controls: Tensor) -> Tensor:
        size = guide.shape[-2:]
        if context.shape[-2:] != size:
            context = F.interpolate(context, size=size, mode="bilinear", align_corners=False)
        inputs = torch.cat([guide, context], 1).flatten(2)
        return self.shade(self.weights(controls), inputs).reshape(len(guide), 3, *size)
