"""What stands behind people in front of a camera, without the networks that find them: those are stood in for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mirage_lsd.controls import Controls
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.people.matte import matte, steadied
from mirage_lsd.people.watch import PersonWatch
from mirage_lsd.pipelines.mirage.people.compositing import blurred, composed, relit
from mirage_lsd.pipelines.mirage.people.stage import PeopleStage, PeopleState
from mirage_lsd.pipelines.mirage.people.virtual_set import Box, camera_at, draw_set, street

HEIGHT, WIDTH = 90, 160
INSIDE, OUTSIDE = np.s_[40:80, 70:90], np.s_[:30, :40]


def portrait() -> np.ndarray:
    """A green somebody in front of red and blue stripes."""
    picture = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    picture[..., :3] = (200, 20, 20)
    picture[:, ::8, :3] = (20, 20, 200)
    picture[20:, 55:105, :3] = (30, 160, 60)
    return picture


class NetworksStandIn:
    """Finds what is green."""

    def mask(self, pixels: np.ndarray) -> np.ndarray:
        return (pixels[::2, ::2, 1] > 100).astype(np.float32)


@pytest.fixture
def stage() -> PeopleStage:
    made = PeopleStage()
    made._networks = NetworksStandIn()  # type: ignore[assignment]
    return made


class Model:
    """Paints everything yellow, and counts."""

    def __init__(self) -> None:
        self.frames: list[InputFrame] = []

    def __call__(self, frame: InputFrame, controls: Controls) -> OutputFrame:
        self.frames.append(frame)
        picture = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
        picture[..., :3] = (220, 200, 10)
        return OutputFrame(picture)


def asked(background: str) -> Controls:
    return Controls({"background": {background: 1.0}, "scene": {"forest": 1.0}, "lighting": {"day": 1.0}, "seed": 3})


def run(
    stage: PeopleStage, background: str, frames: int = 1, state: PeopleState | None = None
) -> tuple[np.ndarray, Model]:
    model, state = Model(), PeopleState() if state is None else state
    for i in range(frames):
        output = stage.process(InputFrame(i + 1, portrait()), state, asked(background), (HEIGHT, WIDTH), model)
    return output.pixels, model


def test_each_background_leaves_the_person_and_changes_what_it_says(stage: PeopleStage) -> None:
    source = portrait()
    kept, model = run(stage, "keep")
    assert (kept == source).all()
    assert not model.frames, "nothing is painted that nobody sees"
    soft, model = run(stage, "blur")
    assert (soft[INSIDE] == source[INSIDE]).all()
    assert soft[OUTSIDE][..., 0].std() < 0.2 * source[OUTSIDE][..., 0].std()
    assert soft[..., 1][:, :50].max() < 60, "the person's green ran into the background"
    restyled, model = run(stage, "restyle")
    assert (restyled[..., 0] == 220).all()
    assert model.frames[0].depth is None
    world, model = run(stage, "world")
    assert model.frames[0].depth is not None
    assert model.frames[0].camera is not None
    assert (world[OUTSIDE][..., :3] == (220, 200, 10)).all()
    seen = world[INSIDE][..., :3].astype(int)
    assert (seen[..., 1] > seen[..., 0] + 50).all(), "the person is not theirs any more"


def test_a_place_that_stands_still_is_painted_until_it_has_settled_and_again_when_it_is_another(
    stage: PeopleStage,
) -> None:
    state = PeopleState()
    _, model = run(stage, "world", 90, state)
    assert 5 <= len(model.frames) < 60
    assert [frame.reset for frame in model.frames] == [True] + [False] * (len(model.frames) - 1)
    _, model = run(stage, "world", 1, state)
    assert not model.frames
    other = Controls({**asked("world").values, "scene": {"snow": 1.0}})
    stage.process(InputFrame(99, portrait()), state, other, (HEIGHT, WIDTH), model)
    assert len(model.frames) == 1
    # Back to the room: what the model remembers is of another place.
    _, model = run(stage, "restyle", 2, state)
    assert [frame.reset for frame in model.frames] == [True, False]


def test_an_engines_frames_have_no_background(stage: PeopleStage) -> None:
    frame = draw_set(street(0), camera_at((0.0, 0.0), HEIGHT, WIDTH), HEIGHT, WIDTH)
    model = Model()
    output = stage.process(frame, PeopleState(), asked("world"), (HEIGHT, WIDTH), model)
    assert model.frames == [frame]
    assert output.notices == ()


def test_without_the_networks_one_sentence_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    stage, model = PeopleStage(), Model()
    output = stage.process(InputFrame(1, portrait()), PeopleState(), asked("world"), (HEIGHT, WIDTH), model)
    assert output.notices[0].message.endswith("mirage-lsd get people.")
    assert (output.pixels[..., 0] == 220).all(), "the picture is painted as without it"
    restyled = stage.process(InputFrame(2, portrait()), PeopleState(), asked("restyle"), (HEIGHT, WIDTH), model)
    assert restyled.notices == (), "nobody asked for them"


def test_nobody_in_sight(stage: PeopleStage) -> None:
    empty = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for background, red in (("keep", 0), ("blur", 0), ("world", 220)):
        output = stage.process(InputFrame(1, empty), PeopleState(), asked(background), (HEIGHT, WIDTH), Model())
        assert (output.pixels[..., 0] == red).all()
        assert (output.pixels[..., 3] == 255).all()


def test_a_matte_has_the_pictures_own_edges() -> None:
    picture = portrait()
    rough = np.zeros((9, 16), np.float32)
    rough[2:, 6:10] = 1.0  # 60 to 100 of 55 to 105 pixels
    fine = matte(rough, picture)
    assert fine.shape == (HEIGHT, WIDTH)
    assert fine[60, 70:90].min() > 0.95
    assert fine[60, :40].max() < 0.05
    assert matte(np.ones((9, 16), np.float32), np.zeros((16, 16, 4), np.uint8)).shape == (16, 16)


def test_a_mask_that_trembles_is_held_and_one_that_changes_follows() -> None:
    before = np.full((4, 4), 0.5, np.float32)
    assert np.abs(steadied(before + np.float32(0.1), before) - 0.5).max() < 0.05
    assert (steadied(np.ones((4, 4), np.float32), np.zeros((4, 4), np.float32)) == 1.0).all()


def test_the_light_of_a_place_falls_on_a_person() -> None:
    picture, mask = portrait(), np.zeros((HEIGHT, WIDTH), np.float32)
    mask[20:, 55:105] = 1.0
    dark = np.full_like(picture, 10)
    red = np.zeros_like(picture)
    red[..., 0] = 200
    middle = np.s_[50:80, 75:85]
    assert relit(picture, mask, dark, (0.0, 0.0))[middle][..., 1].mean() < 0.85 * picture[middle][..., 1].mean()
    lit = relit(picture, mask, red, (0.0, 0.0))[middle][..., :3].astype(float).mean((0, 1))
    own = picture[middle][..., :3].astype(float).mean((0, 1))
    assert lit[0] / lit[1] > 1.1 * own[0] / own[1]
    grey = np.full_like(picture, 128)
    sided = relit(picture, mask, grey, (1.0, 0.0))[60, :, 1].astype(float)
    assert sided[100] > 1.05 * sided[60]


def test_soft_edges_have_no_rim_of_the_old_background() -> None:
    picture, soft = portrait(), np.zeros((HEIGHT, WIDTH), np.float32)
    soft[20:, 55:105] = 1.0
    soft[20:, 53:55] = soft[20:, 105:107] = 0.5  # the old red, half
    white = np.full_like(picture, 255)
    edge = composed(picture, soft, white)[50, 53:55, :3].astype(int)
    assert (edge[:, 1] > 150).all(), "red is left at the edge"
    assert (composed(picture, soft, white)[OUTSIDE] == 255).all()
    assert blurred(picture, np.ones_like(soft)).shape == picture.shape


def test_the_set_is_where_its_camera_says() -> None:
    box = Box((0.13, 1.55, -5.83), (1.0, 1.0, 1.0), 0.5)
    frame = draw_set((box,), camera_at((0.0, 0.0), HEIGHT, WIDTH), HEIGHT, WIDTH)
    assert frame.depth is not None
    assert frame.normal is not None
    assert frame.depth[HEIGHT // 2 + 5, WIDTH // 2] == pytest.approx(5.0, rel=0.03)
    assert frame.depth[2, 2] == 0.0
    ground = frame.depth[HEIGHT - 1, 5]
    assert 1.0 < ground < 8.0
    assert tuple(frame.normal[HEIGHT - 1, 5, :3]) == (128, 255, 128)
    moved = draw_set((box,), camera_at((0.5, 0.0), HEIGHT, WIDTH), HEIGHT, WIDTH)
    left = [int(np.argmax(f.normal[HEIGHT // 2, :, 2] == 255)) for f in (frame, moved)]
    assert left[1] < left[0], "to the right of it, a box stands further left"
    assert street(1) == street(1) != street(2)


def test_a_watch_forgets() -> None:
    watch = PersonWatch()
    assert watch.look(NetworksStandIn(), portrait(), with_body=False) is not None  # type: ignore[arg-type]
    watch.forget()
    assert watch._mask is None
