"""The last stage: the head alone again, on scattered pixels, but with the context that the finished trunk gives it.

The trunk needs whole pictures, the head only pixels: with the trunk frozen a step costs a fifth and sees three times as many worlds.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.models.guide import CHARACTER_AT, GUIDE_CHANNELS
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1
from mirage_lsd.models.sampler import sample

from .dataset import Pool
from .losses import base_context, crop_context, pixel_loss
from .muon import Muon
from .observe import observe
from .precision import mixed_precision

EXAMPLES, PIXELS = 12, 8192
_CAPACITY = 240
# Pixels of the base picture that are kept of each example.
_BASE_PIXELS = 16384
_CHARACTER_PIXELS = 24576
_RENEW_EVERY = 4
_STEPS = (1, 2, 3, 3, 3)
# Noise on the context, in units of each channel's spread: the trunk's context trembles from frame to frame, and the head shall not magnify it.
_CONTEXT_JITTER = 0.15


@dataclass
class _Shaded:
    """An example as the head sees it: `inputs` (G + C, N) float16, guide and context; `target` (3, N) in -1..1, float16; `controls` (K,)."""

    inputs: Tensor
    target: Tensor
    controls: Tensor


@torch.no_grad()
def _prepare(model: MirageLSDv1, pool: Pool, rng: random.Random) -> _Shaded:
    """Renders one new world and runs the trunk on it."""
    batch = pool.collate([pool.fresh()])
    encoded, noise, _ = observe(model, batch, rng)
    x0, features = sample(model, encoded, noise, batch.controls, model.times(rng.choice(_STEPS)))
    context = model.join(x0, features, encoded).float()
    picked = torch.randint(batch.target[0, 0].numel(), (_BASE_PIXELS,), device=context.device)
    crop = torch.cat([batch.crop_guide, crop_context(context, batch.crop_origin)], 1)[0].flatten(1)
    base = torch.cat([batch.guide, base_context(context)], 1)[0].flatten(1)[:, picked]
    target = torch.cat([batch.crop_target[0].flatten(1), batch.target[0].flatten(1)[:, picked]], 1)
    inputs = torch.cat([crop, base], 1)
    # Characters cover few pixels, and they are what people look at: some of theirs again.
    figures = torch.nonzero(inputs[CHARACTER_AT] > 0.5).flatten()
    if len(figures):
        again = figures[torch.randint(len(figures), (_CHARACTER_PIXELS,), device=figures.device)]
        inputs, target = torch.cat([inputs, inputs[:, again]], 1), torch.cat([target, target[:, again]], 1)
    return _Shaded(inputs.half(), target.half(), batch.controls[0])


def finish_head(
    model: MirageLSDv1,
    pool: Pool,
    seconds: float,
    rate: float,
    rng: random.Random,
    report: Callable[[int, float, float], None],
) -> int:
    """Trains `model.head` in place for `seconds`; the rate falls to nothing. `report`: step, loss, squared error. Returns the number of steps."""
    device = next(model.parameters()).device
    examples = [_prepare(model, pool, rng) for _ in range(min(24, pool.capacity))]
    matrices = [p for n, p in model.head.named_parameters() if p.dim() == 3 and "bias" not in n]
    chosen = {id(p) for p in matrices}
    muon = Muon(matrices, rate)
    adam = torch.optim.AdamW([p for p in model.head.parameters() if id(p) not in chosen], betas=(0.9, 0.98))
    start, step = time.monotonic(), 0
    average = {k: v.detach().clone() for k, v in model.head.state_dict().items()}
    # The budget may be spent already.
    while (elapsed := time.monotonic() - start) < seconds:
        spent = elapsed / seconds
        for optimizer, share in ((muon, 1.0), (adam, 0.1)):
            for group in optimizer.param_groups:
                group["lr"] = rate * share * min(1.0, (step + 1) / 50) * max(0.01, 1 - spent)
        if step % _RENEW_EVERY == 0:
            new = _prepare(model, pool, rng)
            if len(examples) < _CAPACITY:
                examples.append(new)
            else:
                examples[rng.randrange(_CAPACITY)] = new
        batch = rng.sample(examples, min(EXAMPLES, len(examples)))
        at = [torch.randint(e.target.shape[1], (PIXELS,), device=device) for e in batch]
        inputs = torch.stack([e.inputs[:, i] for e, i in zip(batch, at, strict=True)]).float()
        target = torch.stack([e.target[:, i] for e, i in zip(batch, at, strict=True)]).float()
        context = inputs[:, GUIDE_CHANNELS:]
        context += _CONTEXT_JITTER * context.std((0, 2), keepdim=True) * torch.randn_like(context)
        controls = torch.stack([e.controls for e in batch])
        with mixed_precision(device):
            output = model.head.shade(model.head.weights(controls), inputs).float()
        loss = pixel_loss(output, target)
        model.head.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        muon.step()
        adam.step()
        step += 1
        decay = min(0.995, step / (step + 10))
        with torch.no_grad():
            for k, v in model.head.state_dict().items():
                average[k].lerp_(v, 1 - decay)
        report(step, float(loss.detach()), float(F.mse_loss(output.detach().clamp(-1, 1), target) / 4))
    model.head.load_state_dict(average)
    return step
