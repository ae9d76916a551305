"""Depth, normals and a camera for frames that have none: from the geometry estimator, held together by the flow.

What comes out is shaded as an engine's frame is. The camera is *virtual*: where it starts and which way is north are made up, how it moves is what best
explains the flow of most of the picture (Longuet-Higgins and Prazdny, 1980), so that what is painted stays on the surfaces while the camera moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.mirage_lsd_v1 import FEATURE_STRIDE
from ...models.warp import warp
from ..resample import resample
from .frame_inputs import FrameInputs
from .trail import Trail

_Doubles = npt.NDArray[np.float64]

# The longer side's field of view; a camera's can't be seen in its pictures.
_FIELD_OF_VIEW = math.radians(68)
_EYE_HEIGHT = 1.7
# Channels of an estimate (models.estimator).
_LOG_DEPTH, _UP, _SKY, _ELEVATION = 1, 3, 5, 8
UPSAMPLED = (1, 2, 3, 4, 5)
_NEAREST_M, _FARTHEST_M = 0.4, 400.0
_SKY_ABOVE = 0.6
_FACES_DOWN = -0.1
# What faces up at least this much is the ground, and the ground is a plane; between, it is a slope.
_SLOPE, _GROUND = 0.55, 0.8
# How high an eye may be above it, metres, and of how many cells the ground must be to say so.
_LOWEST_EYE, _HIGHEST_EYE, _SEEN_GROUND = 0.5, 8.0, 0.03
# How much of the estimate before stays where its surface was visible.
_KEPT = 0.97
# Flow below this, in pixels of the base picture, is the flow network's own noise.
_STILL = 0.35
# Share of the way to the elevation that is seen now, a frame.
_LEVELLING = 0.02
_ROUNDS = 4
# Motion is improbable beyond this, in units of depth 1: what would need more is a mistake.
_MOST_TURN, _MOST_STEP = 0.15, 1.0


@dataclass(frozen=True)
class VirtualView:
    """What a stream without geometry remembers.

    Attributes:
        estimate: (1, ESTIMATED_CHANNELS, h / 4, w / 4). pose: (4, 4), world_from_camera.
        upsampled: (1, len(UPSAMPLED), h / 2, w / 2), those channels with the picture's edges; None: not made yet.
    """

    estimate: Tensor
    pose: _Doubles
    upsampled: Tensor | None = None


def intrinsics_for(height: int, width: int) -> tuple[float, float]:
    """projection[0,0] and [1,1] of the assumed field of view."""
    long = 1.0 / math.tan(_FIELD_OF_VIEW / 2)
    return (long, long * width / height) if width >= height else (long * height / width, long)


def next_view(
    estimate: Tensor | None, before: VirtualView | None, step: Trail | None, size: tuple[int, int]
) -> VirtualView:
    """The view of a frame. Where no estimate was made for it, the edges of the last one come along.

    Args:
        estimate: (1, ESTIMATED_CHANNELS, h / 4, w / 4), of this frame alone; None: none was made, and `before` and `step` are there.
        before, step: of the frame before, and the way to it; None after a cut.
        size: height, width of the base picture.
    """
    sx, sy = intrinsics_for(*size)
    if before is None or step is None:
        assert estimate is not None
        pose = _pose(_elevation_of_axis(estimate, sx, sy))
        pose[1, 3] = _eye_height(estimate, pose, sy)
        return VirtualView(estimate.clone(), pose)
    steadied, upsampled = warp(before.estimate, _finer_motion(step, 2)), None
    if estimate is not None:
        visible = F.interpolate(step.visible, scale_factor=2.0, mode="nearest")
        steadied = torch.lerp(estimate, steadied, _KEPT * visible)
    elif before.upsampled is not None:
        upsampled = warp(before.upsampled, _finer_motion(step, 4))
    solid = steadied.clone()
    solid[0, _LOG_DEPTH] = _grounded(steadied[0, _LOG_DEPTH], steadied[0, _UP], before.pose, sy)
    pose = _levelled(before.pose @ camera_motion(step, solid, sx, sy), _elevation_of_axis(steadied, sx, sy))
    pose[1, 3] += _LEVELLING * (_eye_height(steadied, pose, sy) - pose[1, 3])
    return VirtualView(steadied, pose, upsampled)


def _finer_motion(step: Trail, factor: int) -> Tensor:
    """The motion (1, 2, h, w) of cells `factor` times smaller, in those; none where it is the flow network's own noise."""
    moves = (step.motion.square().sum(1, keepdim=True) > (_STILL / FEATURE_STRIDE) ** 2).to(step.motion.dtype)
    return F.interpolate(step.motion * moves, scale_factor=float(factor), mode="bilinear", align_corners=False) * factor


def _elevation_of_axis(estimate: Tensor, sx: float, sy: float) -> float:
    """How far the camera looks up, radians: from the elevation of the view at each pixel of the middle columns."""
    h, w = estimate.shape[-2:]
    seen = torch.asin(estimate[0, _ELEVATION, :, w // 3 : w - w // 3].clamp(-0.99, 0.99))
    rows = torch.atan((1.0 - 2.0 * (torch.arange(h) + 0.5) / h) / sy)[:, None]
    return float(torch.clamp((seen - rows).median(), -1.2, 1.2))


def _ray_heights(rows: int, pose: _Doubles, sy: float) -> Tensor:
    """(rows, 1): how far up the views of a level camera's rows lead for each metre of depth."""
    y = (1.0 - 2.0 * (np.arange(rows) + 0.5) / rows) / sy
    return torch.from_numpy((pose[1, 1] * y - pose[1, 2]).astype(np.float32))[:, None]


def _eye_height(estimate: Tensor, pose: _Doubles, sy: float) -> float:
    """Metres above the ground that the estimate sees; the pose's own where it sees none."""
    rays = _ray_heights(estimate.shape[2], pose, sy)
    seen = (estimate[0, _UP] > _GROUND) & (estimate[0, _SKY] < 0.5) & (rays < -0.05)
    if seen.float().mean() < _SEEN_GROUND:
        return float(pose[1, 3])
    depth = torch.expm1(estimate[0, _LOG_DEPTH].clamp(0.0, 1.3) * 5.0)
    return min(max(float((depth * -rays)[seen].median()), _LOWEST_EYE), _HIGHEST_EYE)


def _grounded(log_depth: Tensor, up: Tensor, pose: _Doubles, sy: float) -> Tensor:
    """The logarithmic depth (h, w) with the ground flat. `up`: (h, w), the normal's upward part."""
    rays = _ray_heights(len(log_depth), pose, sy)
    plane = torch.log1p((float(pose[1, 3]) / (-rays).clamp(min=1e-3)).clamp(_NEAREST_M, _FARTHEST_M)) * 0.2
    share = ((up - _SLOPE) / (_GROUND - _SLOPE)).clamp(0, 1) * (rays < -0.01)
    return torch.lerp(log_depth, plane.expand_as(log_depth), share)


def _about_x(angle: float) -> _Doubles:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]], np.float64)


def _pose(elevation: float) -> _Doubles:
    pose = np.eye(4)
    pose[:3, :3] = _about_x(elevation)
    # Not on the fields' lattice, whose planes a ground or a wall would fall into.
    pose[:3, 3] = (0.31, _EYE_HEIGHT, 0.17)
    return pose


def camera_motion(step: Trail, estimate: Tensor, sx: float, sy: float) -> _Doubles:
    """before_from_now (4, 4), the rigid motion that explains the flow where most of it agrees; none where the picture stands still."""
    flow, weight = step.motion[0].double().numpy(), step.visible[0, 0].double().numpy()
    h, w = weight.shape
    seen = weight > 0.5
    still = np.eye(4)
    if seen.mean() < 0.2 or float(np.median(np.hypot(*flow[:, seen]))) * FEATURE_STRIDE < _STILL:
        return still
    cells = F.avg_pool2d(estimate, 2)[0].double().numpy()
    inverse = np.where(cells[_SKY] > 0.5, 0.0, 1.0 / _depth_of(cells[_LOG_DEPTH]))[seen]
    x = np.broadcast_to((2 * (np.arange(w) + 0.5) / w - 1) / sx, (h, w))[seen]
    y = np.broadcast_to(((1 - 2 * (np.arange(h) + 0.5) / h) / sy)[:, None], (h, w))[seen]
    zero = np.zeros_like(x)
    # Unknowns: turn about x, y, z; step along x, y, z. Directions are (x, y, -1); z of the step counts backwards.
    across = np.stack([x * y, -(1 + x * x), -y, inverse, zero, x * inverse], 1)
    upward = np.stack([1 + y * y, -x * y, x, zero, inverse, y * inverse], 1)
    rows = np.concatenate([across, upward])
    found = np.concatenate([flow[0][seen] * 2 / (w * sx), -flow[1][seen] * 2 / (h * sy)])
    solution, trust = np.zeros(6), np.ones(len(found))
    for _ in range(_ROUNDS):
        weighted = rows * trust[:, None]
        # A little against steps: turning explains most of what a camera on a tripod or in a hand does.
        normal = weighted.T @ rows + np.diag([1e-6] * 3 + [3e-4 * len(found)] * 3) * trust.mean()
        solution = np.linalg.solve(normal, weighted.T @ found)
        error = rows @ solution - found
        scale = 1.5 * float(np.median(np.abs(error))) + 1e-4
        trust = 1.0 / (1.0 + (error / scale) ** 2)
    turn, way = solution[:3], solution[3:]
    if not np.isfinite(solution).all() or np.abs(turn).max() > _MOST_TURN or np.abs(way).max() > _MOST_STEP:
        return still
    moved = np.eye(4)
    moved[:3, :3] = _rotation(turn)
    moved[:3, 3] = way
    return moved


def _rotation(vector: _Doubles) -> _Doubles:
    """Rodrigues' formula."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-9:
        return np.eye(3)
    a, b, c = vector / angle
    cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
    turned: _Doubles = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * (cross @ cross)
    return turned


def _levelled(pose: _Doubles, elevation: float) -> _Doubles:
    """Turned a little towards the elevation that is seen, and upright: sums of small motions drift."""
    back = pose[:3, 2] / np.linalg.norm(pose[:3, 2])
    now = math.asin(float(np.clip(-back[1], -1.0, 1.0)))
    aim = now + _LEVELLING * (elevation - now)
    heading = math.atan2(back[0], back[2])
    c, s = math.cos(heading), math.sin(heading)
    levelled = pose.copy()
    levelled[:3, :3] = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ _about_x(aim)
    levelled[:3, 3] = np.clip(pose[:3, 3], -1e4, 1e4)
    return levelled


def _depth_of(log_depth: _Doubles) -> _Doubles:
    depth: _Doubles = np.clip(np.expm1(np.clip(log_depth, 0.0, 1.3) * 5.0), _NEAREST_M, _FARTHEST_M)
    return depth


def inputs_of(
    inputs: FrameInputs, view: VirtualView, upsampled: Tensor, gray: Tensor, output: tuple[int, int]
) -> FrameInputs:
    """The frame as an engine would have sent it, at the output's size.

    `upsampled`: (1, len(UPSAMPLED), h / 2, w / 2), those channels of the estimate, with the picture's edges. `gray`: (H, W) uint8, what the network sees of the picture.
    """
    height, width = output
    sx, sy = intrinsics_for(height, width)
    pose = view.pose
    full = F.interpolate(upsampled[:, [0, 2, 4]], size=output, mode="bilinear", align_corners=False)[0]
    solid = _grounded(full[0], full[1], pose, sy)
    depth = torch.expm1_(solid.clamp_(0.0, 1.3).mul_(5.0)).clamp_(_NEAREST_M, _FARTHEST_M)
    depth *= full[2] <= _SKY_ABOVE
    right = pose[:3, 0] / np.linalg.norm(pose[:3, 0])
    level = np.stack([right, (0.0, 1.0, 0.0), np.cross(right, (0.0, 1.0, 0.0))], 1)
    # Few ceilings were among the worlds: what seems to face down is a wall, rather than something nobody has seen.
    # One normal for four pixels: they are known more coarsely still.
    half = ((height + 1) // 2, (width + 1) // 2)
    facing = F.interpolate(upsampled[:, 1:4], size=half, mode="bilinear", align_corners=False)[0]
    facing[1].clamp_(min=_FACES_DOWN)
    normal = torch.from_numpy(level.astype(np.float32)) @ facing.flatten(1)
    normal *= 127.5 * torch.rsqrt(normal.square().sum(0, keepdim=True) + 1e-6)
    cells = np.full((*half, 4), 255, np.uint8)
    cells[..., :3] = (normal + 127.5).to(torch.uint8).view(3, *half).permute(1, 2, 0).numpy()
    # Four bytes at once.
    packed = np.ascontiguousarray(resample(cells.view(np.uint32)[..., 0], height, width))[..., None].view(np.uint8)
    color = np.full((height, width, 4), 255, np.uint8)
    color[..., :3] = gray.numpy()[..., None]
    return replace(
        inputs,
        color=color,
        depth=depth.contiguous().numpy(),
        normal=packed,
        ids=None if inputs.ids is None else np.ascontiguousarray(resample(inputs.ids, height, width)),
        world_from_camera=np.ascontiguousarray(pose[:3], np.float32),
        intrinsics=np.array([sx, sy, 0.0, 0.0], np.float32),
    )
