"""The world-anchored fields: what makes textures stick."""

import math

import pytest
import torch

from mirage_lsd.accel.openvino_cpu import OpenVinoBackend
from mirage_lsd.models.fields import (
    FIELD_CHANNELS,
    anchored_noise,
    cell_hash,
    surface_coordinates,
    value_noise,
    world_fields,
)
from mirage_lsd.models.guide import (
    CHARACTER_AT,
    FIELDS_FROM,
    Geometry,
    build_guide,
    normals_from_positions,
    row_tangent,
    world_rays,
)
from mirage_lsd.models.seed import seed_offset
from mirage_lsd.pipelines.mirage.layered_shade import Guide


def fields_at(p, footprint=0.01, seed=0):
    normal = torch.zeros_like(p)
    normal[:, 1] = 1
    return world_fields(p, normal, torch.full_like(p[:, :1], footprint), seed_offset(seed).view(1, 3, 1, 1))


def test_a_place_has_the_same_fields_wherever_it_is_seen():
    p = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(1)) * 20
    everywhere = fields_at(p)
    moved = fields_at(p.flip(-1)).flip(-1)
    assert everywhere.shape == (1, FIELD_CHANNELS, 8, 8)
    torch.testing.assert_close(everywhere, moved)
    assert everywhere.abs().max() <= 1.0001


def test_another_seed_is_another_world():
    p = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 20
    assert (fields_at(p, seed=1) - fields_at(p, seed=2))[:, :6].abs().mean() > 0.2


def test_what_a_pixel_cannot_resolve_fades_out():
    p = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 20
    assert fields_at(p, footprint=100.0).abs().max() < 1e-3


def test_noise_is_continuous_and_cells_are_constant():
    x = torch.linspace(0, 4, 4001)
    line = torch.stack([x, torch.full_like(x, 0.3), torch.full_like(x, 0.7)]).view(1, 3, 1, -1)
    salt = torch.tensor(7.0)
    assert value_noise(line, salt).diff(dim=-1).abs().max() < 0.01
    cells = cell_hash(torch.floor(line), salt).flatten()
    assert len(cells[:4000].unique()) == 4
    assert cells[0] == cells[999]


def test_anchored_noise_has_unit_variance_and_sticks_to_the_surface():
    g = torch.Generator().manual_seed(0)
    p = torch.rand(1, 3, 200, 200, generator=g) * 500
    normal = torch.zeros_like(p)
    noise = anchored_noise(p, normal, torch.full((1, 1, 200, 200), 0.02))
    assert noise.mean().abs() < 0.03
    assert noise.std() == pytest.approx(1.0, abs=0.03)
    channels = noise[0].flatten(1)
    correlation = torch.corrcoef(channels) - torch.eye(3)
    # The polynomial hash leaves a few per cent between salts, which a denoiser does not see.
    assert correlation.abs().max() < 0.08
    torch.testing.assert_close(noise, anchored_noise(p, normal, torch.full((1, 1, 200, 200), 0.02)))


def test_rays_and_depth_give_world_positions():
    pose = torch.tensor([[[1.0, 0, 0, 5], [0, 1, 0, 1.7], [0, 0, 1, -3]]])
    intrinsics = torch.tensor([[1.0, 1.0, 0.0, 0.0]])
    rays = world_rays(pose, intrinsics, 2, 2)
    depth = torch.full((1, 1, 2, 2), 10.0)
    geometry = Geometry(depth, rays, pose[:, :, 3], torch.tensor([1.0]))
    # Field of view 90 degrees: pixel centres lie half way to the borders; row 0 is the top.
    torch.testing.assert_close(geometry.p[0, :, 0, 0], torch.tensor([0.0, 6.7, -13.0]))
    torch.testing.assert_close(geometry.p[0, :, 1, 1], torch.tensor([10.0, -3.3, -13.0]))


def test_compiled_and_eager_guides_agree():
    """A hash that is off by one bit would be another world: the compiled graph must keep full precision."""
    g = torch.Generator().manual_seed(3)
    rgba = torch.randint(0, 256, (1, 32, 48, 4), generator=g, dtype=torch.uint8)
    depth = torch.rand(1, 1, 32, 48, generator=g) * 30
    depth[..., :8, :] = 0
    inputs = (
        rgba, depth, torch.randint(0, 5, (1, 1, 32, 48), generator=g, dtype=torch.uint8), torch.eye(3, 4)[None],
        torch.tensor([[1.0, 1.5, 0.0, 0.0]]), torch.tensor([[0.0, 0.8, 0.6]]), torch.tensor([[2.0, 4.0, 6.0]]),
        torch.rand(1, 3, 8, generator=g),
    )  # fmt: skip
    module = Guide(with_noise=True)
    eager = module(*inputs)
    compiled = OpenVinoBackend().compile(module, inputs, exact=True)(*inputs)
    for a, b in zip(eager, compiled, strict=True):
        # A pixel exactly on a cell's border may fall to either side.
        assert ((a - b).abs() > 1e-3).float().mean() < 0.005


def diagonal_wall(degrees, depth_step):
    """Positions, normals and tangents of a flat wall, as a depth buffer with coarse steps has them, and which pixels' first coordinate is z."""
    a = math.radians(degrees)
    facing = torch.tensor([math.sin(a), 0.0, math.cos(a)])
    rays = world_rays(torch.eye(3, 4)[None], torch.tensor([[1.0, 1.6, 0.0, 0.0]]), 60, 96)
    # Ten metres away in the middle of the picture.
    exact = (facing[2] * -10.0) / (rays * facing.view(1, 3, 1, 1)).sum(1, keepdim=True)
    depth = (exact / depth_step).round() * depth_step
    geometry = Geometry(depth.clamp(0.5, 200), rays, torch.zeros(1, 3), torch.tensor([0.02]))
    normal = normals_from_positions(geometry.p, -geometry.view, geometry.sky)
    u = surface_coordinates(geometry.p, normal, row_tangent(geometry.p, normal))[0, 0]
    return normal, (u == geometry.p[0, 2]) & (depth[0, 0] > 0.5) & (depth[0, 0] < 40)


@pytest.mark.parametrize("degrees", [0, 30, 44.8, 45, 45.2, -45])
def test_no_noise_in_the_depth_stripes_a_wall(degrees):
    normal, faces_x = diagonal_wall(degrees, 1 / 128)
    assert normal.std() > 0.05
    inner = faces_x[:, 8:-8]
    assert (inner[:, 1:] != inner[:, :-1]).float().mean() < 0.01


def test_a_wall_turns_its_pattern_with_it():
    assert diagonal_wall(20, 1e-4)[1][:, 8:-8].float().mean() == 0.0
    assert diagonal_wall(75, 1e-4)[1][:, 8:-8].float().mean() > 0.3


def test_sky_below_the_horizon_is_the_horizons():
    pose = torch.eye(3, 4)[None]
    sun, seed = torch.tensor([[0.0, 1.0, 0.0]]), torch.zeros(1, 3)
    color, depth = torch.full((1, 3, 40, 64), 0.5), torch.zeros(1, 1, 40, 64)
    guide, _ = build_guide(color, depth, None, pose, torch.tensor([[1.0, 1.6, 0.0, 0.0]]), sun, seed)
    fields, elevation = guide[0, FIELDS_FROM:], guide[0, CHARACTER_AT - 1]
    assert fields[:, :18].abs().amax() > 0.3
    assert fields[:, 26:].abs().amax() < 1e-3
    assert elevation[:19].min() > 0.0
    assert elevation[20:].abs().max() == 0.0
