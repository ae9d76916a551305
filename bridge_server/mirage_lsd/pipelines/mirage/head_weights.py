"""The head's layers and what else a look means to shading, as a client that shades gets them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ...models.guide import GUIDE_CHANNELS
from ...models.head import Head
from ...models.mirage_lsd_v1 import CONTEXT_STRIDE, MirageLSDv1, base_size
from ...models.seed import seed_offset
from ...protocol.shading import MIRAGE_HEAD, ShadingShape
from ..context import ShadingWeights
from .engine_shade import pack_weights
from .frame_inputs import palette_of
from .look import Look

_Floats = npt.NDArray[np.float32]
_WEIGHTS = 1801


def shape_of(model: MirageLSDv1) -> ShadingShape | None:
    """The shape of shading that a network has; None: it is none that clients know."""
    shape, config = MIRAGE_HEAD, model.config
    layers = tuple((m.shape[1], m.shape[2]) for m in model.head.scene_matrices)
    fits = layers == shape.layers and config.context == shape.channels and shape.cell == CONTEXT_STRIDE
    same_base = (
        base_size(shape.base_side, 2 * shape.base_side) == shape.base_size(2 * shape.base_side, shape.base_side)[::-1]
    )
    return shape if fits and same_base and GUIDE_CHANNELS + config.context == shape.layers[0][1] else None


@torch.no_grad()
def layer_arrays(head: Head, controls: Tensor) -> tuple[list[_Floats], list[_Floats]]:
    """The head's matrices and biases for `controls` (1, K), as shaders outside of PyTorch take them."""
    matrices, biases = ([x[0].cpu().contiguous().numpy() for x in layers] for layers in head.weights(controls))
    return matrices, biases


def packed_head(head: Head, controls: Tensor) -> _Floats:
    """The same as shaders on a GPU take it: LSD_WEIGHT, (1801, 4).

    Raises:
        ValueError: the head has other sizes than they were written for.
    """
    return pack_weights(*layer_arrays(head, controls)).reshape(-1, 4)[:_WEIGHTS]


@torch.no_grad()
def head_weights(model: MirageLSDv1, look: Look, controls: Tensor, sun: tuple[float, float, float]) -> ShadingWeights:
    """`controls`: (1, K), see `Head.weights`. `sun`: of frames that have none."""
    matrices, biases = model.head.weights(controls.to(model.head.scene_biases[0].device))
    numbers = torch.cat([x[0].flatten() for pair in zip(matrices, biases, strict=True) for x in pair])
    halves = numbers.to(torch.float16).cpu().numpy().astype("<f2")
    if not np.isfinite(halves).all():
        raise RuntimeError("The head's weights do not fit float16.")
    return ShadingWeights(
        halves.tobytes(),
        tuple(seed_offset(look.seed).tolist()),
        sun,
        tuple(palette_of(look).ravel().tolist()),
    )
