"""People in front of a camera: their parts, what is kept of faces, and the place behind them."""

from __future__ import annotations

from statistics import fmean

import cv2
import numpy as np
import numpy.typing as npt
import torch

from mirage_lsd.controls import Controls
from mirage_lsd.frame import InputFrame
from mirage_lsd.models.character import Garment
from mirage_lsd.people.files import PEOPLE
from mirage_lsd.people.networks import PersonNetworks
from mirage_lsd.people.parts import PartsWatch
from mirage_lsd.people.watch import PersonWatch
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.people.stage import BACKGROUND, BLUR, KEEP, RESTYLE, WORLD
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from ...training.worlds.themes import LIGHTINGS, SCENES
from ..measures import log_high_pass
from ..progress import Tick
from ..scenario import as_tensor
from ..theme_classifier import ThemeClassifier
from .figures import FIGURES, HAIR, OUTFIT, SKIN, render_figure
from .portraits import find_portraits

_Picture = npt.NDArray[np.uint8]
_Mask = npt.NDArray[np.bool_]

_SIZE = (180, 320)
# What the person asks to wear while faces are compared.
_SHIRT = Garment((0.58, 0.01, 0.01), (0.83, 0.83, 0.83), 1.0, 0.0)
# Frames until the picture of a place is what it stays.
_FRAMES = 3
# How far from the parts' edges faces are compared, pixels: the matte is soft there.
_INSIDE = 3


def measure_people(pipeline: MiragePipeline, judge: ThemeClassifier | None, tick: Tick) -> dict[str, object]:
    """The figures; empty where the networks that find people are not here (`mirage-lsd get people`).

    `outfit_iou`, `outfit_iou_least`: overlap over union of the outfit that was found and the true one, of rendered people. `portraits`: the same of each
    portrait. `face_detail`: correlation of the logarithmic high-pass on face and hair, output with input, for each background, in a striped shirt.
    `world_recognised`: share of the pictures with a place behind somebody whose scene and lighting the judge names, over all of them.
    """
    if PEOPLE.missing() is not None:
        return {}
    total = len(FIGURES) + 4 + (len(SCENES) * len(LIGHTINGS) if judge is not None else 0)
    networks = PersonNetworks(PEOPLE.paths())
    people, overlaps = [], []
    for figure in FIGURES:
        people.append(render_figure(figure, *_SIZE))
        overlaps.append(_overlap(networks, people[-1][0], people[-1][1] == OUTFIT))
        tick(len(overlaps), total)
    figures: dict[str, object] = {
        "outfit_iou": round(fmean(overlaps), 3), "outfit_iou_least": round(min(overlaps), 3),
        "portraits": {
            name: round(_overlap(networks, picture, worn), 3) for name, (picture, worn) in find_portraits().items()
        },
    }  # fmt: skip
    # In front of the place stands the one who is nearest. A judge of places is not to look at a figure: it is shown what is beside it.
    picture, part = people[0]
    figures["face_detail"] = {
        background: round(_face_detail(pipeline, picture, part, background), 3)
        for background in (KEEP, BLUR, WORLD, RESTYLE)
    }
    tick(len(FIGURES) + 4, total)
    if judge is not None:
        recognised, beside = [], torch.from_numpy(~(part > 0).any(0))
        for scene in SCENES:
            for lighting in LIGHTINGS:
                output = _shown(pipeline, picture, WORLD, Look({scene: 1.0}, {lighting: 1.0}))
                recognised.append(judge.names(as_tensor(output)[:, :, beside]) == (scene, lighting))
                tick(len(FIGURES) + 4 + len(recognised), total)
        figures["world_recognised"] = round(fmean(recognised), 3)
    return figures


def _shown(pipeline: MiragePipeline, picture: _Picture, background: str, look: Look) -> _Picture:
    height, width = picture.shape[:2]
    state = pipeline.create_state(StreamSpec(width, height, width, height, 3))
    controls = Controls({**look.controls().values, BACKGROUND: {background: 1.0}})
    for i in range(_FRAMES):
        output = pipeline.process(InputFrame(i + 1, picture), state, controls)
    return output.pixels


def _face_detail(pipeline: MiragePipeline, picture: _Picture, part: npt.NDArray[np.uint8], background: str) -> float:
    look = Look({"scifi": 1.0}, {"neon": 1.0}, appearance={"outfit": _SHIRT})
    output = _shown(pipeline, picture, background, look)
    head = ((part == SKIN) | (part == HAIR)).astype(np.uint8)
    inside = cv2.erode(head, np.ones((3, 3), np.uint8), iterations=_INSIDE) > 0
    a, b = (log_high_pass(as_tensor(p)).numpy()[inside] for p in (output, picture))
    return float(np.corrcoef(a, b)[0, 1])


def _overlap(networks: PersonNetworks, picture: _Picture, worn: _Mask) -> float:
    person = PersonWatch().look(networks, picture, with_body=True)
    if person is None or person.body is None:
        return 0.0
    parts = PartsWatch().look(picture, person.matte, person.body, person.face)
    if parts is None:
        return 0.0
    found = parts.outfit > 0.5
    return float((found & worn).sum() / max(int((found | worn).sum()), 1))
