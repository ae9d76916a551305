"""Trains the small checkpoint: first the autoencoder on pictures, then UNet and text encoder on its latents."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..muon import Muon
from ..precision import mixed_precision
from .critic import Critic, critic_loss, painter_loss, theme_numbers
from .data import Pictures, disparity, render_pictures
from .networks import CHANNELS, STRIDE, Parts, new_parts

# A matrix with fewer rows or columns stands at an end of the network, where Muon does harm.
_HIDDEN = 16
_ADAM_SHARE = 0.1
_CROP, _VAE_RATE = 64, 0.01
_BATCH = 8
_TEXT_DROPPED = 0.1
# Where a stream starts by default (denoise 0.65), and the times that two to four steps visit from there.
_START, _LATER = 649, (487, 432, 324, 216, 162)
_EARLIEST_START, _LEAST_TIME = 400, 20
# Most steps see a window of so many latents, which costs half; the last share of the time, whole pictures.
_WINDOW, _WHOLE_SHARE = (20, 32), 0.1
# From this share of the time on a critic has its say, so strongly, once it has learned for so many steps.
_CRITIC_FROM, _CRITIC_WEIGHT, _CRITIC_LEARNS = 0.75, 0.1, 100
_CRITIC_RATE = 0.005
_SAVE_EVERY_S = 120.0

# (what is being done, done, of how many)
Report = Callable[[str, float, float], None]


@dataclass(frozen=True)
class CheckpointTraining:
    """`run`: the folder; `worlds`: pictures rendered once; `vae_minutes` and `minutes`: of computing, for the autoencoder and for all the rest of this call; `rate`: of Adam."""

    run: Path
    worlds: int = 2_000
    vae_minutes: float = 12.0
    minutes: float = 40.0
    rate: float = 1e-3
    seed: int = 0


def train_checkpoint(options: CheckpointTraining, report: Report) -> Parts:
    """Goes on where an earlier call of the same run stopped; returns the averaged weights."""
    options.run.mkdir(parents=True, exist_ok=True)
    parts = new_parts(options.seed)
    folder = options.run / "worlds"
    pictures = render_pictures(options.worlds, options.seed, folder, lambda i, n: report("rendering worlds", i, n))
    _train_vae(parts, pictures, options, report)
    latents = _latents(parts, pictures, lambda i, n: report("latents", i, n))
    _train_unet(parts, pictures, latents, options, report)
    return parts


def load_parts(run: Path, seed: int = 0) -> Parts:
    """The averaged weights of a run.

    Raises:
        FileNotFoundError: nothing was trained there yet.
    """
    parts = new_parts(seed)
    for name, modules in (("vae.pt", ("vae",)), ("unet.pt", ("unet", "text_encoder"))):
        saved = torch.load(run / name, weights_only=True)
        for module in modules:
            getattr(parts, module).load_state_dict(saved["average"][module])
    # Of the latents that the UNet was trained on: without it a checkpoint's pictures are bleached.
    parts.vae.register_to_config(scaling_factor=saved["scaling_factor"])
    return parts


def optimizers(modules: dict[str, torch.nn.Module], rate: float) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Muon for the hidden layers' matrices and kernels, AdamW for vectors, embeddings and the layers that meet pixels or latents."""
    hidden: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for module in modules.values():
        for name, parameter in module.named_parameters():
            ends = "embeddings" in name or min(parameter.shape[:2]) < _HIDDEN
            (rest if parameter.dim() < 2 or ends else hidden).append(parameter)
    return Muon(hidden, rate), torch.optim.AdamW(rest, lr=rate * _ADAM_SHARE, betas=(0.9, 0.98), weight_decay=0.01)


class _Stage:
    """Modules in training: optimizer, average, checkpoint."""

    def __init__(
        self, modules: dict[str, torch.nn.Module], file: Path, rate: float, scaling_factor: float = 1.0
    ) -> None:
        self.modules, self.file, self.step, self.seconds = modules, file, 0, 0.0
        self.scaling_factor = scaling_factor
        self.parameters = [p for module in modules.values() for p in module.parameters()]
        self.optimizers = optimizers(modules, rate)
        self.average = {n: {k: v.clone() for k, v in m.state_dict().items()} for n, m in modules.items()}
        if file.is_file():
            saved = torch.load(file, weights_only=True)
            self.step, self.seconds, self.average = saved["step"], saved["seconds"], saved["average"]
            for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(state)
            for name, module in modules.items():
                module.load_state_dict(saved["modules"][name])
        self._saved_at = time.monotonic()

    def take(self, loss: Tensor, rate: float) -> None:
        """One step of the optimizers at a learning rate."""
        for optimizer, share in zip(self.optimizers, (1.0, _ADAM_SHARE), strict=True):
            optimizer.param_groups[0]["lr"] = rate * share * min(1.0, (self.step + 1) / 50)
            optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        decay = min(0.998, self.step / (self.step + 20))
        with torch.no_grad():
            for name, module in self.modules.items():
                for key, value in module.state_dict().items():
                    kept = self.average[name][key]
                    kept.lerp_(value, 1 - decay) if kept.is_floating_point() else kept.copy_(value)

    def save(self, seconds: float, *, now: bool = False) -> None:
        """Beside the file first, so that an interruption never leaves half a one."""
        if not now and time.monotonic() - self._saved_at < _SAVE_EVERY_S:
            return
        self._saved_at = time.monotonic()
        modules = {name: module.state_dict() for name, module in self.modules.items()}
        state = {
            "modules": modules,
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": seconds,
            "scaling_factor": self.scaling_factor,
        }
        torch.save(state, self.file.with_suffix(".partial"))
        self.file.with_suffix(".partial").replace(self.file)

    def adopt_average(self) -> None:
        """The modules become their average."""
        for name, module in self.modules.items():
            module.load_state_dict(self.average[name])
            module.eval()


def _spent() -> float:
    """Seconds that this process has computed, on all of its cores: on a machine that is busy otherwise, a minute's work stays a minute's."""
    return time.process_time() / torch.get_num_threads()


def _rate(done: float, highest: float) -> float:
    """Flat, then down to a tenth over the last third. `done`: 0..1."""
    return highest * (1.0 if done < 0.67 else 1.0 - 0.9 * (done - 0.67) / 0.33)


def _edges(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def _train_vae(parts: Parts, pictures: Pictures, options: CheckpointTraining, report: Report) -> None:
    stage = _Stage({"vae": parts.vae}, options.run / "vae.pt", _VAE_RATE)
    rng, budget, began = (
        random.Random(options.seed + stage.step),
        options.vae_minutes * 60,
        _spent() - stage.seconds,
    )
    _, _, h, w = pictures.pictures.shape
    parts.vae.train()
    while (seconds := _spent() - began) < budget:
        crops = []
        for i in rng.sample(range(len(pictures.themes)), _BATCH):
            top, left = rng.randrange(0, h - _CROP + 1), rng.randrange(0, w - _CROP + 1)
            crop = pictures.pictures[i, :, top : top + _CROP, left : left + _CROP]
            crops.append(crop.flip(-1) if rng.random() < 0.5 else crop)
        x = torch.stack(crops).float() / 127.5 - 1.0
        with mixed_precision("cpu"):
            z = parts.vae.encode(x).latents
            y = parts.vae.decode(z).sample
        y, z = y.float(), z.float()
        edges = sum(((a - b).abs().mean() for a, b in zip(_edges(x), _edges(y), strict=True)), torch.zeros(()))
        loss = (x - y).abs().mean() + edges + 1e-3 * z.square().mean()
        stage.take(loss, _rate(seconds / budget, _VAE_RATE))
        stage.save(seconds)
        db = -10 * torch.log10((x - y).square().mean() / 4)
        report(f"autoencoder, step {stage.step}, {float(db.detach()):.1f} dB", seconds, budget)
    stage.save(max(budget, stage.seconds), now=True)
    stage.adopt_average()


class _Latents(NamedTuple):
    """Of every picture: `z`, of what it should become, and `source`, of what the engine shows (N, 4, h, w), unit variance; `depth` (N, 1, h, w): its disparity."""

    z: Tensor
    source: Tensor
    depth: Tensor


@torch.no_grad()
def _latents(parts: Parts, pictures: Pictures, tick: Callable[[int, int], None]) -> _Latents:
    count, found = len(pictures.themes), dict[str, list[Tensor]](z=[], source=[])
    for at in range(0, count, 16):
        for name, some in (("z", pictures.pictures), ("source", pictures.sources)):
            x = some[at : at + 16].float() / 127.5 - 1.0
            found[name].append(parts.vae.encode(x).latents)
        tick(min(at + 16, count), count)
    z, source = torch.cat(found["z"]), torch.cat(found["source"])
    scale = 1.0 / float(z.std())
    parts.vae.register_to_config(scaling_factor=scale)
    depth = torch.cat([disparity(some.float()) for some in torch.split(pictures.depths, 64)])
    return _Latents(z * scale, source * scale, depth[..., STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE])


def _train_unet(
    parts: Parts, pictures: Pictures, latents: _Latents, options: CheckpointTraining, report: Report
) -> None:
    networks = {"unet": parts.unet, "text_encoder": parts.text_encoder}
    stage = _Stage(networks, options.run / "unet.pt", options.rate, parts.vae.config.scaling_factor)
    critic = Critic(CHANNELS)
    judging = _Stage({"critic": critic}, options.run / "critic.pt", _CRITIC_RATE)
    themes = theme_numbers(pictures.themes)
    rng = random.Random(options.seed + stage.step)
    torch.manual_seed(options.seed + stage.step)
    budget, began = options.minutes * 60, _spent()
    alphas = parts.scheduler.alphas_cumprod
    smoothed = 0.0
    parts.unet.train()
    parts.text_encoder.train()
    while (seconds := _spent() - began) < budget:
        chosen = rng.sample(range(len(pictures.themes)), _BATCH)
        texts = ["" if rng.random() < _TEXT_DROPPED else pictures.prompt(i, rng) for i in chosen]
        ids = parts.tokenizer(
            texts, padding="max_length", truncation=True, max_length=parts.tokenizer.model_max_length, return_tensors="pt"
        ).input_ids  # fmt: skip
        window = _WINDOW if seconds < (1 - _WHOLE_SHARE) * budget else tuple(latents.z.shape[-2:])
        z, source, depth = _windows(latents, chosen, window, rng)
        origin, t = _origins(z, source, alphas, rng)
        signal, noise_share = alphas[t].sqrt().view(-1, 1, 1, 1), (1 - alphas[t]).sqrt().view(-1, 1, 1, 1)
        noisy = signal * origin + noise_share * torch.randn_like(z)
        wanted = (signal * noisy - z) / noise_share
        with mixed_precision("cpu"):
            words = parts.text_encoder(ids).last_hidden_state
            found = parts.unet(torch.cat([noisy, depth], 1), t, words).sample
        found = found.float()
        loss = F.mse_loss(found, wanted)
        smoothed += (float(loss.detach()) - smoothed) / min(stage.step + 1, 50)
        rate = _rate(seconds / budget, options.rate)
        if seconds > _CRITIC_FROM * budget:
            made, about = signal * noisy - noise_share * found, (source, depth, themes[chosen])
            judged = critic_loss(critic(z, *about)[0], critic(made.detach(), *about)[0])
            judging.take(judged, _CRITIC_RATE)
            if judging.step > _CRITIC_LEARNS:
                critic.requires_grad_(False)
                with torch.no_grad():
                    _, seen = critic(z, *about)
                score, seen_in_made = critic(made, *about)
                loss = loss + _CRITIC_WEIGHT * painter_loss(score, seen_in_made, seen)
                critic.requires_grad_(True)
            judging.save(seconds)
        stage.take(loss, rate)
        stage.save(stage.seconds + seconds)
        report(f"UNet, step {stage.step}, loss {smoothed:.3f}", seconds, budget)
    stage.save(stage.seconds + budget, now=True)
    judging.save(budget, now=True)
    stage.adopt_average()


def _windows(latents: _Latents, chosen: list[int], size: tuple[int, ...], rng: random.Random) -> tuple[Tensor, ...]:
    """A window of each: `z`, `source` and `depth`."""
    (height, width), (h, w) = latents.z.shape[-2:], size
    windows = []
    for i in chosen:
        top, left = rng.randrange(height - h + 1), rng.randrange(width - w + 1)
        windows.append([x[i, :, top : top + h, left : left + w] for x in latents])
    return tuple(torch.stack(some) for some in zip(*windows, strict=True))


def _origins(z: Tensor, source: Tensor, alphas: Tensor, rng: random.Random) -> tuple[Tensor, Tensor]:
    """What noise is added to, and until when.

    Two in five examples start as a stream's do, from the engine's picture at a late time, and have to become the themed one: so few steps
    from there are enough. One in four is such a stream's later step (`_on_the_way`). The others are plain diffusion, at the times that a
    stream visits; a part of all that are not at its start is blurred, as a first step's guess is, and a picture that was warped again and again.
    """
    origins, times = [], []
    for own, shown in zip(z, source, strict=True):
        kind = rng.random()
        start = _START if rng.random() < 0.4 else rng.randrange(_EARLIEST_START, 1_000)
        if kind < 0.4:
            origins.append(shown)
            times.append(start)
            continue
        time = rng.choice(_LATER) if rng.random() < 0.5 else rng.randrange(_LEAST_TIME, 1_000)
        guess = _blurred(own, rng.uniform(0.2, 1.0)) if rng.random() < 0.3 else own
        on_the_way = kind < 0.65 and time < start
        origins.append(_on_the_way(guess, shown, alphas, start, time) if on_the_way else guess)
        times.append(time)
    return torch.stack(origins), torch.tensor(times)


def _on_the_way(guess: Tensor, source: Tensor, alphas: Tensor, start: int, time: int) -> Tensor:
    """What noise seems to have been added to at `time`, for a stream that began with `source` at `start` and took `guess` for the picture.

    DDIM takes the noise for what the guess leaves of the start, which has the difference between source and guess in it, and carries it on.
    """
    noise_over_signal = ((1 - alphas) / alphas).sqrt()
    return torch.lerp(guess, source, float(noise_over_signal[time] / noise_over_signal[start]))


def _blurred(z: Tensor, share: float) -> Tensor:
    """(4, h, w), so much of it replaced by the mean of 3 x 3."""
    mean = F.avg_pool2d(F.pad(z[None], (1, 1, 1, 1), mode="replicate"), 3, 1)[0]
    return torch.lerp(z, mean, share)
