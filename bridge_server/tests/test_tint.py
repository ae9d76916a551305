"""The color of the light on a painted picture."""

from __future__ import annotations

import pytest
import torch

from mirage_lsd.models.head import Head
from mirage_lsd.pipelines.mirage.tint import light_gains


@pytest.mark.parametrize("color", [None, (1.0, 1.0, 1.0), (0.3, 0.3, 0.3), (0.0, 0.0, 0.0)])
def test_white_gray_and_nothing_change_nothing(color: tuple[float, ...] | None) -> None:
    assert light_gains(color) == (1.0, 1.0, 1.0)


def test_a_color_leaves_gray_about_as_bright() -> None:
    red, green, blue = light_gains((0.4, 0.55, 1.0))
    assert blue > 1.15 > 1.0 > red
    assert 0.299 * red + 0.587 * green + 0.114 * blue == pytest.approx(1.0, abs=0.05)
    assert min(light_gains((1.0, 0.0, 0.0))) >= 0.0
    assert max(light_gains((0.0, 0.0, 1.0))) <= 1.5


def test_the_heads_gains_multiply_its_picture() -> None:
    torch.manual_seed(0)
    head = Head(context=16, width=48, scenes=2, lightings=2)
    controls, gains = torch.tensor([[1.0, 0.0, 0.5, 0.5]]), torch.tensor([[0.7, 1.0, 1.4]])
    inputs = torch.randn(1, head.scene_matrices[0].shape[2], 50)
    plain = head.shade(head.weights(controls), inputs)
    colored = head.shade(head.weights(torch.cat([controls, gains], 1)), inputs)
    assert torch.allclose((colored + 1) * 0.5, (plain + 1) * 0.5 * gains[:, :, None], atol=1e-4)
