"""Does the output look like the theme that was asked for? A small classifier, trained on targets, is the judge.

So that a tint doesn't fool it, it also learns to tell targets from films that were only graded: given a target's colors, by mean and spread or by
their whole distribution, as strongly as you like.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ..training.worlds.themes import LIGHTINGS, SCENES
from .grading import look_of, with_colors, with_look
from .judge_pictures import HEIGHT, WIDTH, JudgePictures, render_pictures
from .progress import Tick

# Levels that nothing else uses; each gives three pictures.
_FIRST_SEED, _LEVELS = 500_250, 200
_CHECK_SEEDS = range(500_000, 500_048)
_STEPS, _BATCH, _RATE = 900, 12, 4e-3
# Most batches are seen through a window: what is left to learn by heart is little.
_WINDOWED, _WINDOW = 0.7, (68, 120)


class ThemeClassifier(nn.Module):
    """(B, 3, H, W) in 0..1 -> logits of scenes, of lightings, and of being painted and not only graded, (B,).

    Looks at colors and textures, not at the layout: the features are averaged. `looks`: mean and spread of each color of each theme's targets,
    (scenes, lightings, 2, 3), of the scene's where there were none of the lighting.
    """

    looks: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 20, 5, 2, 2), nn.ReLU(), nn.BatchNorm2d(20),
            nn.Conv2d(20, 40, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(40),
            nn.Conv2d(40, 64, 3, 2, 1), nn.ReLU(), nn.BatchNorm2d(64),
        )  # fmt: skip
        self.out = nn.Linear(128, len(SCENES) + len(LIGHTINGS) + 1)
        self.register_buffer("looks", torch.zeros(len(SCENES), len(LIGHTINGS), 2, 3))

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
        return with_look(picture, self.looks[SCENES.index(scene), LIGHTINGS.index(lighting)])


def _small(picture: Tensor) -> Tensor:
    return F.interpolate(picture[None], size=(HEIGHT, WIDTH), mode="area")


def train_classifier(tick: Tick, levels: int | None = None) -> ThemeClassifier:
    """Renders `levels` levels (None: 200) in three themes each, and learns those. Some minutes on two cores."""
    return learned(render_pictures(range(_FIRST_SEED, _FIRST_SEED + (levels or _LEVELS)), tick))


def read_or_train(path: Path | None, tick: Tick, levels: int | None = None) -> ThemeClassifier:
    """The judge in a file (.safetensors); where there is none it is trained, and written there.

    Raises:
        ValueError: the file is no judge. OSError: it can't be read or written.
    """
    if path is not None and path.exists():
        judge = ThemeClassifier()
        try:
            judge.load_state_dict(load_file(path))
        except (SafetensorError, RuntimeError) as error:
            raise ValueError(f"{path} holds no judge of themes; delete it, and it will be trained anew.") from error
        return judge.eval()
    judge = train_classifier(tick, levels)
    if path is not None:
        save_file(judge.state_dict(), path)
    return judge


def learned(pictures: JudgePictures) -> ThemeClassifier:
    """A judge of these pictures."""
    torch.manual_seed(0)
    model = ThemeClassifier()
    model.looks.copy_(_looks(pictures))
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE / 2, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=_STEPS)
    for _ in range(_STEPS):
        rows = torch.randint(len(pictures), (_BATCH,))
        a, b, painted = model(_seen(torch.cat([_painted(pictures, rows), _graded(pictures, rows)]).float() / 255))
        loss = F.cross_entropy(a[:_BATCH], pictures.scenes[rows])
        loss = loss + F.cross_entropy(b[:_BATCH], pictures.lightings[rows])
        truth = torch.cat([torch.ones(_BATCH), torch.zeros(_BATCH)])
        loss = loss + 0.5 * F.binary_cross_entropy_with_logits(painted, truth)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return model.eval()


def _looks(pictures: JudgePictures) -> Tensor:
    looks = look_of(pictures.targets.float() / 255)
    found = torch.zeros(len(SCENES), len(LIGHTINGS), 2, 3)
    for i in range(len(SCENES)):
        of_scene = pictures.scenes == i
        for k in range(len(LIGHTINGS)):
            both = of_scene & (pictures.lightings == k)
            of_theme = both if both.any() else of_scene
            if of_theme.any():
                found[i, k] = looks[of_theme].mean(0)
    return found


def _painted(pictures: JudgePictures, rows: Tensor) -> Tensor:
    """Targets and finished pictures, as many of each."""
    kind = torch.rand(len(rows), 1, 1, 1) < 0.5
    return torch.where(kind, pictures.targets[rows], pictures.finished[rows])


def _graded(pictures: JudgePictures, rows: Tensor) -> Tensor:
    """Films with more or less of a target's colors."""
    films, others = (
        pictures.films[rows].float() / 255,
        pictures.targets[torch.randint(len(pictures), (len(rows),))].float() / 255,
    )
    strict = torch.rand(len(rows), 1, 1, 1) < 0.5
    graded = torch.where(strict, with_colors(films, others), with_look(films, look_of(others)))
    share = torch.rand(len(rows), 1, 1, 1).mul(1.6).clamp(max=1)
    return torch.lerp(films, graded, share) * 255


def _seen(batch: Tensor) -> Tensor:
    """Mirrored or not, whole or through a window."""
    if torch.rand(()) < 0.5:
        batch = batch.flip(3)
    if torch.rand(()) < _WINDOWED:
        top = int(torch.randint(HEIGHT - _WINDOW[0] + 1, ()))
        left = int(torch.randint(WIDTH - _WINDOW[1] + 1, ()))
        batch = batch[:, :, top : top + _WINDOW[0], left : left + _WINDOW[1]]
    return batch


def accuracy(model: ThemeClassifier, pictures: list[tuple[Tensor, str, str]]) -> float:
    """Share of (picture, scene, lighting) of which both names are recognised."""
    return sum(model.names(picture) == (scene, lighting) for picture, scene, lighting in pictures) / len(pictures)


class JudgeFigures(NamedTuple):
    """Shares of held-out pictures: `targets`, `finished`: both names right and painted; `graded`: the same of films that were only graded."""

    targets: float
    finished: float
    graded: float


def check_judge(model: ThemeClassifier, tick: Tick) -> JudgeFigures:
    """Of 48 levels in three themes each that the judge has not seen."""
    return judged(model, render_pictures(_CHECK_SEEDS, tick))


@torch.no_grad()
def judged(model: ThemeClassifier, pictures: JudgePictures) -> JudgeFigures:
    """The figures on these pictures."""

    def share(seen: Tensor) -> float:
        scene, lighting, painted = model(seen)
        right = (scene.argmax(1) == pictures.scenes) & (lighting.argmax(1) == pictures.lightings) & (painted > 0)
        return float(right.float().mean())

    films = pictures.films.float() / 255
    graded = with_look(films, model.looks[pictures.scenes, pictures.lightings])
    return JudgeFigures(share(pictures.targets.float() / 255), share(pictures.finished.float() / 255), share(graded))
