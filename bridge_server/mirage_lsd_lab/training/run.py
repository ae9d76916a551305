"""One training run: the model, its average, the optimizers and where it stands, kept in a checkpoint."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

import torch

from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1, NetworkConfig
from mirage_lsd.models.weights_file import load_weights

from .dataset import TRAINING_SEED_BASE, Pool
from .muon import Muon
from .options import PARTS, TrainingOptions

# Muon moves the matrices of the hidden layers, Adam everything else, at this share of its rate.
ADAM_SHARE = 0.1
_MODULES = {"denoiser": ("denoiser", "times", "join")}


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, model: MirageLSDv1) -> None:
        self.state = {k: v.detach().clone().float() for k, v in model.state_dict().items()}
        self.count = 0

    def update(self, model: MirageLSDv1) -> None:
        """Moves towards the model; quickly at first."""
        self.count += 1
        decay = min(0.998, self.count / (self.count + 20))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                self.state[k].lerp_(v.float(), 1 - decay)


def _optimizers(model: MirageLSDv1, rate: float) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Muon for the hidden layers' matrices, AdamW for vectors, embeddings and the layers that meet pixels."""
    elsewhere = ("embed", "to_x0", "stem1", "enter", "film.0", "times", "temporal", "flow", "estimator")
    hidden: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        matrix = parameter.dim() >= 2 and "bias" not in name
        (hidden if matrix and not any(part in name for part in elsewhere) else rest).append(parameter)
    return Muon(hidden, rate), torch.optim.AdamW(rest, lr=rate * ADAM_SHARE, betas=(0.9, 0.98), weight_decay=0.01)


def _freeze_others(model: MirageLSDv1, parts: tuple[str, ...]) -> None:
    """Only the parameters of `parts` take gradients."""
    trained = tuple(f"{module}." for part in parts for module in _MODULES.get(part, (part,)))
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(trained))


class Run:
    """Begins from scratch or from given weights, or goes on from the folder's checkpoint.

    Args:
        options: of the run.
        start_step: where a run from given weights begins: after the stage that only a new head needs.

    Raises:
        ValueError: a run from scratch that isn't to train all parts.

    Attributes:
        step: of the whole run; `first_step`: of this call. `pool`: the rendered worlds. `rng`: for whatever isn't a tensor's.
    """

    def __init__(self, options: TrainingOptions, start_step: int) -> None:
        options.run.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.checkpoint = options.run / "checkpoint.pt"
        torch.manual_seed(options.seed)
        self.model = MirageLSDv1(NetworkConfig()).to(options.device)
        _freeze_others(self.model, options.parts)
        self._average = Average(self.model)
        self.optimizers = _optimizers(self.model, options.learning_rate)
        self.step, next_seed, self._seconds_before = 0, TRAINING_SEED_BASE + options.seed * 10_000_000, 0.0
        if self.checkpoint.exists():
            next_seed = self._resume()
        elif options.start is not None:
            self.model.load_state_dict(load_weights(options.start).state_dict())
            self._average, self.step = Average(self.model), start_step
        elif options.parts != PARTS:
            raise ValueError("A run from scratch trains all parts; name weights to begin with for less.")
        for module in self.model.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.first_step = self.step
        self.rng = random.Random(options.seed * 7919 + self.step)
        torch.manual_seed(options.seed * 7919 + self.step)
        self.pool = Pool(options.pool, next_seed, options.device)
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Of training so far, earlier calls included."""
        return self._seconds_before + time.monotonic() - self._start

    def take_step(self, loss: torch.Tensor, rate: float) -> None:
        """Moves the model against the loss' gradient, and the average after it."""
        for optimizer, share in zip(self.optimizers, (1.0, ADAM_SHARE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        self.model.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self._average.update(self.model)
        self.step += 1

    def averaged(self) -> MirageLSDv1:
        """A model with the averaged weights: what is exported."""
        copy = MirageLSDv1(self.model.config).to(self.options.device)
        copy.load_state_dict(self._average.state)
        return copy.eval()

    def adopt(self, part: str, trained: Mapping[str, torch.Tensor]) -> None:
        """Takes the weights of a part that was trained apart, into the average too. A run that goes on later starts from there."""
        for name, value in trained.items():
            self._average.state[f"{part}.{name}"] = value.detach().clone()
        getattr(self.model, part).load_state_dict(trained)

    def save(self) -> None:
        """Writes beside the checkpoint and renames, so that an interruption never leaves half a one."""
        state = {
            "model": self.model.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers],
            "average": self._average.state, "average_count": self._average.count, "step": self.step,
            "next_seed": self.pool.next_seed, "seconds": self.seconds, "parts": list(self.options.parts),
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def _resume(self) -> int:
        """Returns the next world's seed."""
        saved = torch.load(self.checkpoint, map_location=self.options.device, weights_only=True)
        self.model.load_state_dict(saved["model"])
        # The optimizers know the parameters that were trained then.
        if tuple(saved["parts"]) == self.options.parts:
            for optimizer, values in zip(self.optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(values)
        self._average.state, self._average.count = saved["average"], saved["average_count"]
        self.step, self._seconds_before = saved["step"], saved["seconds"]
        next_seed: int = saved["next_seed"]
        return next_seed
