"""Geometry from a picture alone: what the estimator is taught, what it makes of worlds it has never seen, what the trunk gets."""

import random

import torch
import torch.nn.functional as F

import mirage_lsd_lab.training.estimation as estimation
from mirage_lsd.models.estimator import ESTIMATE_STRIDE, ESTIMATED_CHANNELS, GeometryEstimator, estimated_guide
from mirage_lsd.models.guide import GEOMETRY_AT, GEOMETRY_FLAG_AT, GUIDE_CHANNELS
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.pipelines.registry import DEFAULT_MODEL, WEIGHTS_FOLDER
from mirage_lsd_lab.training.dataset import BASE_HEIGHT, BASE_WIDTH
from mirage_lsd_lab.training.estimation import estimation_pair, train_estimator
from mirage_lsd_lab.training.worlds.sample import random_world, render

# Channels of an estimate.
NORMAL_X, NORMAL_Y, NORMAL_Z, SKY, VIEW_ELEVATION = 2, 3, 4, 5, 8
ASPECT = BASE_WIDTH / BASE_HEIGHT


def world_with_normals(seed):
    """The first world from `seed` on whose guide holds the renderer's own normals."""
    return next(world for world in (random_world(s, ASPECT) for s in range(seed, seed + 50)) if world.look_seed % 2)


def test_it_is_taught_what_an_engine_would_say():
    """The guide's own channels, but for the compass: which way is north can't be seen."""
    world = world_with_normals(30)
    picture, truth = estimation_pair(world)
    guide = render(world, BASE_HEIGHT, BASE_WIDTH).guide[None]
    torch.testing.assert_close(picture.float() / 127.5 - 1, guide[0, :3], atol=0.01, rtol=0)
    said = F.avg_pool2d(guide, ESTIMATE_STRIDE)[0, GEOMETRY_AT:]
    flag = GEOMETRY_FLAG_AT - GEOMETRY_AT
    said = torch.cat([said[:flag], said[flag + 1 : ESTIMATED_CHANNELS + 1]])
    for channel in (0, 1, NORMAL_Y, SKY, 6, 7, VIEW_ELEVATION):
        torch.testing.assert_close(truth[channel].float(), said[channel], atol=4e-3, rtol=0)
    level = [NORMAL_X, NORMAL_Z]
    torch.testing.assert_close(truth[level].float().norm(dim=0), said[level].norm(dim=0), atol=4e-3, rtol=0)


def test_a_wall_faces_the_same_way_however_the_camera_is_turned():
    """Seen from the front, a surface's normal points at the camera: backwards, along +z."""
    for seed in range(40, 46):
        _, truth = estimation_pair(random_world(seed, ASPECT))
        assert truth[NORMAL_Z].float().mean() > -0.02
        assert truth[NORMAL_Z].float().max() > 0.1


def test_a_mirrored_picture_has_mirrored_normals(monkeypatch):
    picture, truth = estimation_pair(random_world(50, ASPECT))
    rng = random.Random(0)
    monkeypatch.setattr(rng, "random", iter([0.0, 1.0, 1.0, 1.0, 1.0]).__next__)
    mirrored, found = estimation._augmented(picture[None].float() / 255, truth[None].float(), rng)
    torch.testing.assert_close(mirrored[0].flip(2), picture.float() / 255)
    sign = torch.ones(ESTIMATED_CHANNELS, 1, 1)
    sign[NORMAL_X] = -1
    torch.testing.assert_close(found[0].flip(2), truth.float() * sign)


def test_it_learns(monkeypatch):
    monkeypatch.setattr(estimation, "BATCH", 6)
    monkeypatch.setattr(estimation, "_FRESH", 3)
    torch.manual_seed(0)
    estimator = GeometryEstimator()
    truths = [estimation_pair(random_world(seed, ASPECT)) for seed in range(60, 66)]
    picture = torch.stack([p for p, _ in truths]).float() / 127.5 - 1
    truth = torch.stack([t for _, t in truths]).float()

    def loss():
        with torch.no_grad():
            return float(estimation.estimation_loss(estimator(picture), truth))

    before, steps = loss(), []
    threads = torch.get_num_threads()
    done = train_estimator(estimator, 12.0, 0.02, 7_000_000, random.Random(0), lambda step, _: steps.append(step))
    assert steps == list(range(1, done + 1))
    assert loss() < before
    assert torch.get_num_threads() == threads


def test_the_trunk_sees_an_estimate_as_it_would_see_an_engine():
    picture, truth = estimation_pair(random_world(70, ASPECT))
    guide = estimated_guide(picture[None].float() / 127.5 - 1, truth[None].float())
    assert guide.shape == (1, GUIDE_CHANNELS, BASE_HEIGHT, BASE_WIDTH)
    torch.testing.assert_close(guide[0, :3], picture.float() / 127.5 - 1)
    assert (guide[:, GEOMETRY_FLAG_AT] == 1).all()
    pooled = F.avg_pool2d(guide, ESTIMATE_STRIDE)[0]
    assert (pooled[GEOMETRY_AT + SKY] - truth[SKY].float()).abs().mean() < 0.05
    assert (pooled[GEOMETRY_FLAG_AT + 3] - truth[VIEW_ELEVATION].float()).abs().mean() < 0.02
    assert (guide[:, GEOMETRY_FLAG_AT + 4 :] == 0).all()


def test_the_shipped_one_tells_sky_ground_and_walls_apart():
    """On worlds it has never seen; a guess that knows only where things usually are is right about sky in three pixels of four."""
    estimator = load_weights(WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors").estimator
    sky, upward = [], []
    for seed in range(200, 212):
        picture, truth = estimation_pair(random_world(seed, ASPECT))
        with torch.no_grad():
            found = estimator(picture[None].float() / 127.5 - 1)[0]
        sky.append(((found[SKY] > 0.5) == (truth[SKY] > 0.5)).float().mean())
        upward.append((found[NORMAL_Y] - truth[NORMAL_Y].float()).abs().mean())
    assert torch.stack(sky).mean() > 0.93
    assert torch.stack(upward).mean() < 0.12
