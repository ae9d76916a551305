"""Does the output look like the theme that was asked for? A small classifier, trained on targets, is the judge."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..training.worlds.sample import random_world, render
from ..training.worlds.themes import LIGHTINGS, SCENES
from .progress import Tick

_HEIGHT, _WIDTH = 90, 160
_PICTURES, _FIRST_SEED, _EPOCHS, _BATCH = 1200, 500_000, 40, 16
# Most batches are seen through a window: what is left to learn by heart is little (0.84 of unseen targets without, 0.96 with).
_WINDOWED, _WINDOW = 0.7, (68, 120)


class ThemeClassifier(nn.Module):
    """(B, 3, H, W) in 0..1 -> logits of scenes and lightings. Looks at colors and textures, not at the layout: the features are averaged."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 24, 5, 2, 2), nn.ReLU(), nn.BatchNorm2d(24),
            nn.Conv2d(24, 48, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(48),
            nn.Conv2d(48, 64, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        )  # fmt: skip
        self.out = nn.Linear(128, len(SCENES) + len(LIGHTINGS))

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        h = self.features(picture * 2 - 1)
        h = self.out(torch.cat([h.mean((2, 3)), h.amax((2, 3))], 1))
        return h[:, : len(SCENES)], h[:, len(SCENES) :]

    @torch.no_grad()
    def names(self, picture: Tensor) -> tuple[str, str]:
        """Scene and lighting of one picture (3, H, W) of any size."""
        small = F.interpolate(picture[None], size=(_HEIGHT, _WIDTH), mode="area")
        scene, lighting = self(small)
        return SCENES[int(scene.argmax())], LIGHTINGS[int(lighting.argmax())]


def train_classifier(tick: Tick) -> ThemeClassifier:
    """Renders targets of worlds that nothing else uses, and learns their themes. Some minutes on two cores."""
    pictures, scenes, lightings = [], [], []
    for i in range(_PICTURES):
        world = random_world(_FIRST_SEED + i, _WIDTH / _HEIGHT)
        # Rendered at twice the size and averaged, as `names` does with outputs.
        pictures.append(F.avg_pool2d(render(world, 2 * _HEIGHT, 2 * _WIDTH).target, 2))
        scenes.append(SCENES.index(world.scene))
        lightings.append(LIGHTINGS.index(world.lighting))
        tick(i + 1, _PICTURES)
    data, scene, lighting = torch.stack(pictures), torch.tensor(scenes), torch.tensor(lightings)
    torch.manual_seed(0)
    model = ThemeClassifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=_EPOCHS * (_PICTURES // _BATCH))
    for _ in range(_EPOCHS):
        for rows in torch.randperm(_PICTURES)[: _PICTURES // _BATCH * _BATCH].view(-1, _BATCH):
            batch = data[rows]
            if torch.rand(()) < 0.5:
                batch = batch.flip(3)
            if torch.rand(()) < _WINDOWED:
                top = int(torch.randint(_HEIGHT - _WINDOW[0] + 1, ()))
                left = int(torch.randint(_WIDTH - _WINDOW[1] + 1, ()))
                batch = batch[:, :, top : top + _WINDOW[0], left : left + _WINDOW[1]]
            a, b = model(batch)
            loss = F.cross_entropy(a, scene[rows]) + F.cross_entropy(b, lighting[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def accuracy(model: ThemeClassifier, pictures: list[tuple[Tensor, str, str]]) -> float:
    """Share of (picture, scene, lighting) of which both names are recognised."""
    return sum(model.names(picture) == (scene, lighting) for picture, scene, lighting in pictures) / len(pictures)
