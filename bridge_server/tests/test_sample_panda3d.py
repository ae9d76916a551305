"""The sample engine: conventions by numbers. A wrong axis or a flipped row is wrong for every engine that copies it."""

import itertools

import numpy as np
import pytest

from mirage_lsd.samples.greybox import solids
from mirage_lsd.samples.greybox.camera_path import CameraPath
from mirage_lsd.samples.greybox.conventions import direction_to_panda, direction_to_protocol
from mirage_lsd.samples.greybox.level import Level
from mirage_lsd.samples.greybox.renderer import Renderer

WIDTH, HEIGHT = 320, 180


@pytest.fixture(scope="module")
def renderer():
    renderer = Renderer(Level(), WIDTH, HEIGHT)
    yield renderer
    renderer.close()


def look(renderer, position, heading=0.0, pitch=0.0):
    renderer.camera.setPosHpr(*position, heading, pitch, 0)
    return renderer.render()


def world_positions(picture):
    """(H, W, 3) positions from depth and matrices alone, as the daemon computes them."""
    inverse = np.linalg.inv(picture.camera.projection.astype(np.float64) @ picture.camera.view)
    x = (np.arange(WIDTH) + 0.5) / WIDTH * 2 - 1
    y = 1 - (np.arange(HEIGHT) + 0.5) / HEIGHT * 2
    points = []
    for z in (-1.0, 1.0):
        clip = np.stack(np.broadcast_arrays(x[None], y[:, None], z, 1.0), -1)
        p = clip @ inverse.T
        points.append(p[..., :3] / p[..., 3:])
    direction = points[1] - points[0]
    forward = -picture.camera.view[2, :3].astype(np.float64)
    eye = np.linalg.inv(picture.camera.view.astype(np.float64))[:3, 3]
    direction /= (direction @ forward)[..., None]
    depth = np.where(np.isfinite(picture.depth), picture.depth, 0)
    return eye + direction * depth[..., None]


def test_axes():
    assert direction_to_protocol((0.0, 0.0, 1.0)) == (0.0, 1.0, 0.0)
    assert direction_to_protocol((0.0, 1.0, 0.0)) == (0.0, 0.0, -1.0)
    assert direction_to_panda(direction_to_protocol((1.0, 2.0, 3.0))) == (1.0, 2.0, 3.0)


def test_sky_is_on_top_and_at_infinity(renderer):
    picture = look(renderer, (0, -27, 1.7))
    assert picture.color.shape == (HEIGHT, WIDTH, 4)
    assert picture.depth.shape == (HEIGHT, WIDTH)
    assert np.isinf(picture.depth[:20, WIDTH // 2 - 20 : WIDTH // 2 + 20]).all()
    assert np.isfinite(picture.depth[-20:]).all()


@pytest.mark.parametrize(("heading", "pitch"), [(0, 0), (-40, 5), (130, -12), (200, 3)])
def test_depth_and_matrices_put_the_ground_at_zero(renderer, heading, pitch):
    picture = look(renderer, (0.5, 4.0, 1.7), heading, pitch)
    height = world_positions(picture)[..., 1]
    near = np.isfinite(picture.depth) & (picture.depth < 60)
    assert near.any()
    # Nothing is under the ground, and a good part of what is seen is the ground itself.
    assert height[near].min() > -0.05
    assert (np.abs(height[-30:][near[-30:]]) < 0.03).mean() > 0.5


def test_a_known_wall_is_where_it_stands(renderer):
    """The street's first western building, seen from the east."""
    building = solids.BUILDINGS[0]
    wall_x = building.center[0] + building.size[0] / 2
    picture = look(renderer, (wall_x + 6.0, building.center[1], 1.7), heading=90)
    middle = world_positions(picture)[HEIGHT // 2 - 5 : HEIGHT // 2 + 5, WIDTH // 2 - 20 : WIDTH // 2 + 20]
    np.testing.assert_allclose(middle[..., 0], wall_x, atol=0.03)
    np.testing.assert_allclose(picture.depth[HEIGHT // 2, WIDTH // 2], 6.0, atol=0.03)


def test_the_picture_is_not_mirrored(renderer):
    """From the gate looking north the big sphere, east of the path, is on the right."""
    sphere = solids.SPHERES[0]
    picture = look(renderer, (sphere.center[0] - 3.0, sphere.center[1] - 8.0, 1.7))
    x, y, z = direction_to_protocol(sphere.center)
    clip = picture.camera.projection @ picture.camera.view @ np.array([x, y, z, 1.0])
    column = (clip[0] / clip[3] * 0.5 + 0.5) * WIDTH
    row = (0.5 - clip[1] / clip[3] * 0.5) * HEIGHT
    assert column > WIDTH / 2
    found = picture.depth[round(row), round(column)]
    assert found == pytest.approx(clip[3] - sphere.radius, abs=0.25)


def test_the_walk_is_smooth_closed_and_free_of_walls():
    path = CameraPath(20.0)
    poses = [path.pose(i / 50) for i in range(1001)]
    for a, b in itertools.pairwise(poses):
        assert np.linalg.norm(np.subtract(a.position, b.position)) < 0.2
        assert abs((a.heading - b.heading + 180) % 360 - 180) < 4
    np.testing.assert_allclose(poses[0].position, poses[-1].position, atol=1e-6)
    for pose in poses:
        for box in solids.BOXES:
            inside = [abs(p - c) < s / 2 + 0.3 for p, c, s in zip(pose.position, box.center, box.size, strict=True)]
            assert not all(inside)


def test_people_are_marked_part_by_part_and_walk(renderer):
    """The plane ids comes through the picture's alpha: exactly the values of PROTOCOL.md, and nothing but people."""
    x, y, _ = solids.ROUTES[0].at(0.0)
    seen = []
    for seconds in (0.0, 0.5):
        renderer.level.move(seconds)
        seen.append(look(renderer, (x, y - 4.0, 1.2)))
    still, later = seen
    assert still.color[..., 3].min() == 255
    assert set(np.unique(still.ids)) == {0, 1, 2, 3}
    # The one who was looked for stands in the middle, four metres off.
    near = (still.ids > 0) & (still.depth < 5.0)
    assert abs(np.nonzero(near)[1].mean() - WIDTH / 2) < 10
    assert np.median(still.depth[near]) == pytest.approx(4.0, abs=0.5)
    # Head above body.
    assert np.nonzero(near & (still.ids == 2))[0].mean() < np.nonzero(near & (still.ids == 3))[0].mean() - 10
    assert (still.ids != later.ids).any()


def test_people_keep_out_of_walls_and_of_the_walk():
    path = [CameraPath(20.0).pose(i / 10).position[:2] for i in range(200)]
    for route in solids.ROUTES:
        for i in range(200):
            x, y, _ = route.at(i * 0.3)
            assert min(np.hypot(x - a, y - b) for a, b in path) > 0.8
            for box in solids.BOXES:
                low = box.center[2] - box.size[2] / 2
                assert low > 1.8 or not all(
                    abs(p - c) < s / 2 + 0.3 for p, c, s in zip((x, y), box.center, box.size, strict=False)
                )
            for column in solids.COLUMNS:
                assert np.hypot(x - column.base[0], y - column.base[1]) > column.radius + 0.3
            for sphere in solids.SPHERES:
                assert np.hypot(x - sphere.center[0], y - sphere.center[1]) > sphere.radius + 0.3


def test_the_sun_lights_the_level_from_its_side(renderer):
    building = solids.BUILDINGS[0]
    wall_x = building.center[0] + building.size[0] / 2
    brightness = []
    for towards in ((1.0, 0.0, 0.5), (-1.0, 0.0, 0.5)):
        renderer.level.set_sun(towards)
        picture = look(renderer, (wall_x + 6.0, building.center[1], 1.7), heading=90)
        brightness.append(picture.color[60:120, 100:220, :3].mean())
    assert brightness[0] > brightness[1] + 10
