"""Does the output look like the theme that was asked for? A small classifier, trained on targets, is the judge.

So that a tint doesn't fool it, it also learns to tell targets from pictures that were only graded: given a target's mean and contrast in each color.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..training.worlds.sample import random_world, render, render_greybox
from ..training.worlds.textured import with_textures
from ..training.worlds.themes import LIGHTINGS, SCENES
from .progress import Tick

_HEIGHT, _WIDTH = 90, 160
_PICTURES, _FIRST_SEED, _EPOCHS, _BATCH = 1200, 500_000, 40, 16
# Most batches are seen through a window: what is left to learn by heart is little (0.84 of unseen targets without, 0.96 with).
_WINDOWED, _WINDOW = 0.7, (68, 120)


class ThemeClassifier(nn.Module):
    """(B, 3, H, W) in 0..1 -> logits of scenes, of lightings, and of being painted and not only graded, (B,).

    Looks at colors and textures, not at the layout: the features are averaged. `looks`: mean and spread of each color, (2, 3), of some targets of each
    scene and lighting.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 24, 5, 2, 2), nn.ReLU(), nn.BatchNorm2d(24),
            nn.Conv2d(24, 48, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(48),
            nn.Conv2d(48, 64, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        )  # fmt: skip
        self.out = nn.Linear(128, len(SCENES) + len(LIGHTINGS) + 1)
        self.looks: dict[tuple[str, str], list[Tensor]] = {}

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = self.features(picture * 2 - 1)
        h = self.out(torch.cat([h.mean((2, 3)), h.amax((2, 3))], 1))
        return h[:, : len(SCENES)], h[:, len(SCENES) : -1], h[:, -1]

    @torch.no_grad()
    def names(self, picture: Tensor) -> tuple[str, str]:
        """Scene and lighting of one picture (3, H, W) of any size."""
        scene, lighting, _ = self(_small(picture))
        return SCENES[int(scene.argmax())], LIGHTINGS[int(lighting.argmax())]

    @torch.no_grad()
    def recognises(self, picture: Tensor, scene: str, lighting: str) -> bool:
        """Whether a finished picture became this theme: both names, and more than a tint."""
        return self.names(picture) == (scene, lighting) and float(self(_small(picture))[2]) > 0

    def graded(self, picture: Tensor, scene: str, lighting: str) -> Tensor:
        """The picture with nothing of the theme but its colors' mean and contrast, (3, H, W) in 0..1."""
        known = self.looks.get((scene, lighting)) or [x for k, v in self.looks.items() if k[0] == scene for x in v]
        return _with_look(picture, torch.stack(known).mean(0))


def _small(picture: Tensor) -> Tensor:
    return F.interpolate(picture[None], size=(_HEIGHT, _WIDTH), mode="area")


def _look(picture: Tensor) -> Tensor:
    return torch.stack([picture.mean((1, 2)), picture.std((1, 2))])


def _with_look(picture: Tensor, look: Tensor) -> Tensor:
    """Color transfer by mean and spread (Reinhard et al., 2001)."""
    mean, spread = _look(picture)[:, :, None, None]
    graded: Tensor = (picture - mean) / (spread + 1e-3) * look[1][:, None, None] + look[0][:, None, None]
    return graded.clamp(0, 1)


def train_classifier(tick: Tick, count: int | None = None) -> ThemeClassifier:
    """Renders targets of `count` worlds (None: 1,200) that nothing else uses, and learns their themes. Some minutes on two cores."""
    count = count or _PICTURES
    pictures, scenes, lightings, tinted = [], [], [], []
    looks: dict[tuple[str, str], list[Tensor]] = {}
    height, width = 2 * _HEIGHT, 2 * _WIDTH
    for i in range(count):
        world = random_world(_FIRST_SEED + i, _WIDTH / _HEIGHT)
        # Rendered at twice the size and averaged, as `names` does with outputs.
        pictures.append(F.avg_pool2d(render(world, height, width).target, 2))
        seen = with_textures(render_greybox(world, height, width), world, height, width).color
        tinted.append(_with_look(F.avg_pool2d(seen.view(height, width, 3).permute(2, 0, 1), 2), _look(pictures[-1])))
        looks.setdefault((world.scene, world.lighting), []).append(_look(pictures[-1]))
        scenes.append(SCENES.index(world.scene))
        lightings.append(LIGHTINGS.index(world.lighting))
        tick(i + 1, count)
    imitations = torch.stack(tinted)
    data, scene, lighting = torch.stack(pictures), torch.tensor(scenes), torch.tensor(lightings)
    torch.manual_seed(0)
    model = ThemeClassifier()
    model.looks = looks
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=_EPOCHS * (count // _BATCH))
    for _ in range(_EPOCHS):
        for rows in torch.randperm(count)[: count // _BATCH * _BATCH].view(-1, _BATCH):
            batch = torch.cat([data[rows], imitations[rows]])
            if torch.rand(()) < 0.5:
                batch = batch.flip(3)
            if torch.rand(()) < _WINDOWED:
                top = int(torch.randint(_HEIGHT - _WINDOW[0] + 1, ()))
                left = int(torch.randint(_WIDTH - _WINDOW[1] + 1, ()))
                batch = batch[:, :, top : top + _WINDOW[0], left : left + _WINDOW[1]]
            a, b, painted = model(batch)
            half = len(rows)
            loss = F.cross_entropy(a[:half], scene[rows]) + F.cross_entropy(b[:half], lighting[rows])
            truth = torch.cat([torch.ones(half), torch.zeros(half)])
            loss = loss + 0.5 * F.binary_cross_entropy_with_logits(painted, truth)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def accuracy(model: ThemeClassifier, pictures: list[tuple[Tensor, str, str]]) -> float:
    """Share of (picture, scene, lighting) of which both names are recognised."""
    return sum(model.names(picture) == (scene, lighting) for picture, scene, lighting in pictures) / len(pictures)
