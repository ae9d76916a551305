"""What a compiler made of a network is tried before it is used, and left where it fails."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from mirage_lsd.accel.verified import DifferentResultError, OrElse, Reference, check_shapes

PICTURE = torch.zeros(1, 3, 8, 8)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Conv2d(3, 4, 3).requires_grad_(False)


def test_the_network_itself_passes(network: nn.Module) -> None:
    reference = Reference(network, (PICTURE,))
    assert (reference.input_shapes, reference.output_shapes) == ([(1, 3, 8, 8)], [(1, 4, 6, 6)])
    assert reference.module is not network
    reference.check(lambda x: (network(x),), 1e-6)


@pytest.mark.parametrize(
    "wrong", [lambda y: y * 0.9, lambda y: torch.zeros_like(y), lambda y: y * float("nan"), lambda y: y.flip(3)]
)
def test_other_numbers_or_none_do_not(network: nn.Module, wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(DifferentResultError, match="something else than the network"):
        Reference(network, (PICTURE,)).check(lambda x: (wrong(network(x)),), 0.05)


def test_it_switches_once_and_for_good() -> None:
    said: list[str] = []
    calls = {"card": 0, "compiled": 0}

    def card(x: Tensor) -> tuple[Tensor, ...]:
        calls["card"] += 1
        if calls["card"] == 2:
            raise RuntimeError("the card is gone")
        return (x + 1,)

    def compile_otherwise() -> object:
        calls["compiled"] += 1
        return lambda x: (x + 1,)

    run = OrElse(card, compile_otherwise, lambda error: said.append(str(error)))  # type: ignore[arg-type]
    assert [float(run(torch.tensor(float(i)))[0]) for i in range(5)] == [1, 2, 3, 4, 5]
    assert (calls, said) == ({"card": 2, "compiled": 1}, ["the card is gone"])


def test_inputs_of_other_shapes_are_refused() -> None:
    check_shapes((PICTURE,), [(1, 3, 8, 8)])
    for wrong in ((), (PICTURE[..., :4],), (PICTURE, PICTURE)):
        with pytest.raises(ValueError, match="this was compiled for"):
            check_shapes(wrong, [(1, 3, 8, 8)])
