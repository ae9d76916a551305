"""Draws hands: a jointed skeleton, flesh of spheres around it, skin, light, and a person behind it.

It knows nothing of the recognizer: what it draws is what the recognizer is measured with.
Lengths are in palms (wrist to the middle finger's knuckle); x is right, y up, z towards the camera.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

# A right hand, its palm towards the camera and its fingers up: the thumb is at the right.
_KNUCKLES = np.array([[0.30, 0.95, 0.0], [0.05, 1.0, 0.03], [-0.18, 0.94, 0.0], [-0.38, 0.82, -0.05]])
_BONES = np.array([[0.48, 0.29, 0.23], [0.53, 0.33, 0.24], [0.49, 0.31, 0.23], [0.38, 0.23, 0.20]])
_SPREAD = np.radians([10.0, 1.0, -8.0, -18.0])
_FINGER_RADII = np.array([[0.115, 0.105, 0.095, 0.08]] * 3 + [[0.10, 0.09, 0.08, 0.07]])
_THUMB_BASE = np.array([0.27, 0.20, 0.10])
_THUMB_BONES = (0.46, 0.38, 0.30)
_THUMB_RADII = (0.17, 0.135, 0.115, 0.09)


@dataclass(frozen=True)
class Build:
    """How somebody's hand is built, against the mean one.

    Attributes:
        fingers: how long index to little finger are. thumb: how long it is.
        wide: how far the knuckles are apart. thick: how much flesh there is.
    """

    fingers: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    thumb: float = 1.0
    wide: float = 1.0
    thick: float = 1.0

    @classmethod
    def random(cls, rng: np.random.Generator) -> Build:
        """A child's, a pianist's, a smith's."""
        long = rng.uniform(0.86, 1.14)
        one, two, three, four = (float(long * rng.uniform(0.96, 1.04)) for _ in range(4))
        return cls(
            (one, two, three, four), long * rng.uniform(0.94, 1.06), rng.uniform(0.9, 1.12), rng.uniform(0.82, 1.22)
        )

    @property
    def knuckles(self) -> Floats:
        return _KNUCKLES * np.array([self.wide, 1.0, 1.0])

    @property
    def thumb_bones(self) -> tuple[float, ...]:
        return tuple(length * self.thumb for length in _THUMB_BONES)


@dataclass(frozen=True)
class Pose:
    """The joints' angles.

    Attributes:
        bend: 4 x 3 degrees: of index to little finger, from the knuckle on; 0 is straight.
        thumb: 3 x 3: where its bones point.
        spread: how far the fingers are apart; 1 is at ease.
        build: whose hand it is.
    """

    bend: Floats
    thumb: Floats
    spread: float = 1.0
    build: Build = Build()

    def mixed(self, other: Pose, share: float) -> Pose:
        """On the way to another pose: 0 is this one, 1 the other."""
        keep = 1.0 - share
        return replace(
            self,
            bend=self.bend * keep + other.bend * share,
            thumb=self.thumb * keep + other.thumb * share,
            spread=self.spread * keep + other.spread * share,
        )

    def loosened(self, rng: np.random.Generator, degrees: float = 5.0) -> Pose:
        """As another person would hold it."""
        return replace(
            self,
            bend=self.bend + rng.normal(0, degrees, (4, 3)),
            thumb=self.thumb + rng.normal(0, degrees / 80, (3, 3)),
            spread=self.spread * rng.uniform(0.8, 1.3),
        )


_STRAIGHT, _CURLED = (6.0, 6.0, 4.0), (82.0, 100.0, 60.0)
_THUMB_OUT = np.array([[0.80, 0.58, 0.15], [0.72, 0.68, 0.1], [0.62, 0.78, 0.05]])
_THUMB_OVER = np.array([[0.45, 0.60, 0.66], [-0.25, 0.62, 0.70], [-0.80, 0.25, 0.25]])
_THUMB_UP = np.array([[0.72, 0.60, 0.30], [0.97, 0.20, 0.10], [1.0, 0.05, -0.05]])
_THUMB_IN_PINCH = np.array([[0.50, 0.55, 0.66], [0.38, 0.70, 0.60], [0.28, 0.85, 0.35]])

POSES = {
    "palm": Pose(np.array([_STRAIGHT] * 4), _THUMB_OUT, 1.2),
    "point": Pose(np.array([_STRAIGHT, _CURLED, _CURLED, _CURLED]), _THUMB_OVER),
    "thumb": Pose(np.array([_CURLED] * 4), _THUMB_UP),
    "fist": Pose(np.array([_CURLED] * 4), _THUMB_OVER),
    "relaxed": Pose(np.array([(28.0, 35.0, 18.0), (34.0, 40.0, 20.0), (38.0, 42.0, 22.0), (40.0, 45.0, 24.0)]), (_THUMB_OUT + _THUMB_IN_PINCH) / 2, 0.6),
    "two": Pose(np.array([_STRAIGHT, _STRAIGHT, _CURLED, _CURLED]), _THUMB_OVER, 1.4),
}  # fmt: skip


@dataclass(frozen=True)
class PlacedHand:
    """A hand in a picture.

    Attributes:
        x, y: where the middle of its palm is, in pixels. size: its palm's length in pixels.
        roll, pitch, yaw: degrees: turned clockwise as seen; fingers towards the camera; about its length.
        left: a left hand.
        sleeve: where the sleeve begins on the forearm, in palms below the wrist.
    """

    pose: Pose
    x: float
    y: float
    size: float
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    left: bool = False
    sleeve: float = 1.0


@dataclass(frozen=True)
class Scenery:
    """What a picture shares with the ones after it: light, skin, and what is behind the hand."""

    skin: Floats
    light: Floats
    ambient: float
    sleeve: Floats
    background: Pixels = field(repr=False)

    @classmethod
    def random(
        cls, rng: np.random.Generator, width: int = 640, height: int = 360, footage: list[Pixels] | None = None
    ) -> Scenery:
        """Another room, another person, another hour.

        Args:
            footage: pictures, H x W x 3, one of which is behind the hand in place of a room; the skin is then any tone between
                those that there are, in light of any color.
        """
        tones = np.array(
            [[241, 204, 180], [224, 177, 145], [198, 143, 108], [160, 108, 78], [116, 76, 54], [88, 58, 44]]
        )
        skin = tones[rng.integers(len(tones))] * rng.uniform(0.92, 1.06)
        light = np.array([rng.uniform(-0.8, 0.8), rng.uniform(0.1, 0.9), 1.0])
        sleeve = rng.uniform(20, 200, 3)
        if footage:
            tone = rng.uniform(0, len(tones) - 1)
            darker, lighter = tones[int(np.ceil(tone))], tones[int(tone)]
            skin = (lighter + (darker - lighter) * (tone % 1)) * rng.uniform(0.88, 1.08) * rng.uniform(0.93, 1.05, 3)
            background = _in_front_of(rng, width, height, footage[int(rng.integers(len(footage)))])
        else:
            background = _room(rng, width, height, skin, sleeve)
        return cls(skin, light / np.linalg.norm(light), rng.uniform(0.35, 0.6), sleeve, background)


def pinch(gap: float, rng: np.random.Generator | None = None, build: Build = Build()) -> Pose:
    """Thumb and index finger with their tips `gap` palms apart (0.17: they touch), the other fingers at ease."""
    wide = np.clip((gap - 0.17) / 0.9, 0.0, 1.0)
    index = np.array([50.0, 52.0, 28.0]) * (1 - wide) + np.array([8.0, 14.0, 8.0]) * wide
    bend = np.array([index, (24.0, 30.0, 15.0), (18.0, 24.0, 12.0), (12.0, 20.0, 10.0)])
    pose = Pose(bend, _THUMB_IN_PINCH, build=build)
    bones = build.thumb_bones
    if rng is not None:
        pose = pose.loosened(rng)
    joints = joints_of(pose)
    away = joints_of(replace(pose, thumb=_THUMB_OUT))[4] - joints[8]
    target = joints[8] + away / np.linalg.norm(away) * gap
    # The thumb's bones keep their lengths: pulled to the target from its tip, then back to its base, until both hold.
    chain = joints[1:5].copy()
    for _ in range(30):
        chain[3] = target
        for i in (2, 1, 0):
            chain[i] = chain[i + 1] + (chain[i] - chain[i + 1]) / np.linalg.norm(chain[i] - chain[i + 1]) * bones[i]
        chain[0] = _THUMB_BASE
        for i in (1, 2, 3):
            chain[i] = chain[i - 1] + (chain[i] - chain[i - 1]) / np.linalg.norm(chain[i] - chain[i - 1]) * bones[i - 1]
    return replace(pose, thumb=np.diff(chain, axis=0))


def joints_of(pose: Pose) -> Floats:
    """21 x 3: wrist, then thumb to little finger, four each, of a right hand whose palm faces the camera."""
    joints = [np.zeros(3), _THUMB_BASE]
    for direction, length in zip(pose.thumb, pose.build.thumb_bones, strict=True):
        joints.append(joints[-1] + direction / np.linalg.norm(direction) * length)
    for finger in range(4):
        joints.append(pose.build.knuckles[finger])
        angle = 0.0
        bones = _BONES[finger] * pose.build.fingers[finger]
        for bend, length in zip(np.radians(pose.bend[finger]), bones, strict=True):
            angle += bend
            aside = _SPREAD[finger] * pose.spread
            step = np.array([np.sin(aside) * np.cos(angle), np.cos(aside) * np.cos(angle), np.sin(angle)])
            joints.append(joints[-1] + step * length)
    return np.array(joints)


def place(points: Floats, hand: PlacedHand) -> Floats:
    """From palms to pixels: x right, y down, z towards the camera."""
    roll, pitch, yaw = np.radians([hand.roll, hand.pitch, hand.yaw])
    turned = points - np.array([0.0, 0.5, 0.0])
    if hand.left:
        turned = turned * np.array([-1.0, 1.0, 1.0])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    turned = turned @ (about_z @ about_x @ about_y).T
    return turned * (hand.size * np.array([1.0, -1.0, 1.0])) + np.array([hand.x, hand.y, 0.0])


def draw(
    scenery: Scenery, hands: list[PlacedHand], rng: np.random.Generator, blur: float = 0.0, scale: int = 2
) -> Pixels:
    """A picture, H x W x 4, with these hands.

    Args:
        blur: how many pixels a hand moved across while the picture was taken.
        scale: drawn so many times larger, so that edges are smooth; 1 is quick.
    """
    picture = scenery.background[..., :3].astype(np.float32)
    for hand in hands:
        _draw_hand(picture, scenery, hand, rng, blur, scale)
    height, width = picture.shape[:2]
    y, x = rng.integers(0, 64, 2)
    picture += _NOISE[y : y + height, x : x + width]
    out = np.full((*picture.shape[:2], 4), 255, np.uint8)
    out[..., :3] = np.clip(picture, 0, 255)
    return out


_SKIN, _SLEEVE, _NAIL, _TIP = 0, 1, 2, 3
# The camera's, shifted from picture to picture.
_NOISE = np.random.default_rng(0).normal(0, 2.0, (1144, 1984, 3)).astype(np.float32)


def _flesh(hand: PlacedHand) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Spheres: centers and radii in pixels, and what each is of."""
    joints = joints_of(hand.pose)
    strips: list[tuple[Floats, Floats, float, float, int]] = []
    wrist = joints[0]
    elbow = wrist + np.array([0.0, -3.0, 0.0])
    cuff = wrist + (elbow - wrist) * (hand.sleeve / 3.0)
    strips.append((wrist + np.array([0.0, 0.05, 0.0]), cuff, 0.27, 0.30, _SKIN))
    strips.append((cuff, elbow, 0.36, 0.46, _SLEEVE))
    for side in (-0.14, 0.14):
        strips.append((wrist + np.array([side, 0.05, 0.0]), cuff + np.array([side, 0.0, 0.0]), 0.19, 0.2, _SKIN))
    # The palm: from the wrist's two sides to the knuckles, and the knuckles among themselves; the ball of the thumb.
    knuckles = hand.pose.build.knuckles
    for finger, knuckle in enumerate(knuckles):
        start = np.array([0.16 - 0.11 * finger, 0.12, 0.0])
        strips.append((start, knuckle + np.array([0.0, -0.03, 0.0]), 0.19, 0.145, _SKIN))
    for a, b in itertools.pairwise(knuckles):
        strips.append((a - np.array([0.0, 0.1, 0.0]), b - np.array([0.0, 0.1, 0.0]), 0.15, 0.14, _SKIN))
    strips.append((_THUMB_BASE, joints[2], 0.2, 0.16, _SKIN))
    strips.append((np.array([0.12, 0.3, 0.06]), joints[2], 0.2, 0.14, _SKIN))
    strips.append((np.array([0.2, 0.7, 0.02]), joints[2] * 0.7 + knuckles[0] * 0.3, 0.13, 0.11, _SKIN))
    strips.append((np.array([-0.24, 0.2, 0.04]), np.array([-0.33, 0.6, 0.02]), 0.18, 0.15, _SKIN))
    for first, radii in [(1, np.array(_THUMB_RADII)), *((5 + 4 * f, _FINGER_RADII[f]) for f in range(4))]:
        for bone in range(3):
            kind = _TIP if bone == 2 else _SKIN
            strips.append((joints[first + bone], joints[first + bone + 1], radii[bone], radii[bone + 1], kind))
        strips.append(_nail(joints[first + 2], joints[first + 3], joints[first + 1], radii[3], thumb=first == 1))
    centers, sizes, kinds = [], [], []
    for a, b, ra, rb, kind in strips:
        count = max(2, int(np.linalg.norm(b - a) / (0.5 * min(ra, rb))) + 1)
        share = np.linspace(0.0, 1.0, count)
        centers.append(a + (b - a) * share[:, None])
        sizes.append(ra + (rb - ra) * share)
        kinds.append(np.full(count, kind))
    thick = hand.size * hand.pose.build.thick
    return place(np.concatenate(centers), hand), np.concatenate(sizes) * thick, np.concatenate(kinds)


def _nail(
    joint: Floats, tip: Floats, before: Floats, radius: float, *, thumb: bool
) -> tuple[Floats, Floats, float, float, int]:
    """A nail lies on the back of the last bone."""
    along = (tip - joint) / np.linalg.norm(tip - joint)
    across = np.array([1.0, 0.0, 0.0]) if not thumb else np.array([0.3, 0.0, 0.95])
    back = np.cross(across, along) * (-1.0 if not thumb else 1.0)
    back = back / max(1e-6, float(np.linalg.norm(back)))
    if not thumb and back @ (joint - before) > 0.3 * np.linalg.norm(joint - before):
        back = -back
    start = joint + along * float(np.linalg.norm(tip - joint)) * 0.6 + back * radius * 0.42
    return start, tip + back * radius * 0.36 + along * radius * 0.3, radius * 0.7, radius * 0.62, _NAIL


def _draw_hand(
    picture: npt.NDArray[np.float32],
    scenery: Scenery,
    hand: PlacedHand,
    rng: np.random.Generator,
    blur: float,
    scale: int,
) -> None:
    height, width = picture.shape[:2]
    centers, radii, kinds = _flesh(hand)
    low = np.floor((centers[:, :2] - radii[:, None]).min(0)) - 4
    high = np.ceil((centers[:, :2] + radii[:, None]).max(0)) + 4
    low = np.clip(low, 0, [width, height]).astype(int)
    high = np.clip(high, 0, [width, height]).astype(int)
    w, h = high - low
    if w < 2 or h < 2:
        return
    depth, kind = _depth((centers - [*low, 0]) * scale, radii * scale, kinds, (h * scale, w * scale))
    inside = depth > -1e8
    if not inside.any():
        return
    size = hand.size * scale
    filled = np.where(inside, depth, depth[inside].min()).astype(np.float32)
    smooth = cv2.GaussianBlur(filled, (0, 0), max(0.6, size * 0.018))
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8
    normal = np.stack([-dx, dy, np.ones_like(dx)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lit = np.clip(normal @ scenery.light.astype(np.float32), 0, 1)
    hollow = cv2.GaussianBlur(filled, (0, 0), size * 0.09) - smooth
    shade = scenery.ambient + (1.05 - scenery.ambient) * lit - np.clip(hollow / size, -0.05, 0.25) * 1.6
    shade *= 0.86 + 0.14 * normal[..., 2]
    tint = np.empty((*shade.shape, 3), np.float32)
    tint[:] = scenery.skin
    tint[kind == _TIP] = scenery.skin * np.array([1.02, 0.93, 0.92])
    tint[kind == _NAIL] = scenery.skin * 0.7 + np.array([255, 215, 205]) * 0.3
    tint[kind == _SLEEVE] = scenery.sleeve
    grain = cv2.GaussianBlur(rng.normal(0, 1, shade.shape).astype(np.float32), (0, 0), max(1.0, size * 0.015))
    shade += grain * 0.06
    # Light goes through the rim of flesh and comes out red.
    red = np.array([1.0, 0.97, 0.95], np.float32) ** (1.0 - np.clip(shade, 0, 1))[..., None]
    color = tint * np.clip(shade, 0.08, 1.12)[..., None] * red
    cover = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1.0)
    color = np.where(
        inside[..., None], color, cv2.dilate(np.where(inside[..., None], color, 0).astype(np.float32), np.ones((5, 5)))
    )
    color, cover = (
        cv2.resize(color, (w, h), interpolation=cv2.INTER_AREA),
        cv2.resize(cover, (w, h), interpolation=cv2.INTER_AREA),
    )
    if blur >= 2:
        kernel = np.full((1, int(blur)), 1.0 / int(blur), np.float32)
        color, cover = cv2.filter2D(color * cover[..., None], -1, kernel), cv2.filter2D(cover, -1, kernel)
        color = color / np.maximum(cover, 1e-3)[..., None]
    patch = picture[low[1] : high[1], low[0] : high[0]]
    patch[:] = patch * (1 - cover[..., None]) + color * cover[..., None]


def _depth(
    centers: Floats, radii: Floats, kinds: npt.NDArray[np.int64], size: tuple[int, int]
) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """How near the nearest sphere is at each pixel (-1e9: none), and of what it is."""
    h, w = size
    depth, kind = np.full(size, -1e9, np.float32), np.zeros(size, np.uint8)
    for (x, y, z), r, what in zip(centers, radii, kinds, strict=True):
        left, right, top, bottom = (
            max(0, int(x - r)),
            min(w, int(x + r) + 2),
            max(0, int(y - r)),
            min(h, int(y + r) + 2),
        )
        if left >= right or top >= bottom:
            continue
        dx = np.arange(left, right, dtype=np.float32) - np.float32(x)
        dy = np.arange(top, bottom, dtype=np.float32) - np.float32(y)
        rest = np.float32(r * r) - dx * dx - (dy * dy)[:, None]
        surface = np.where(rest > 0, np.float32(z) + np.sqrt(np.maximum(rest, 0)), np.float32(-1e9))
        block = depth[top:bottom, left:right]
        nearer = surface > block
        block[nearer] = surface[nearer]
        kind[top:bottom, left:right][nearer] = what
    return depth, kind


def _room(rng: np.random.Generator, width: int, height: int, skin: Floats, shirt: Floats) -> Pixels:
    """A wall, furniture out of focus, and a person from the chest up."""
    a, b = rng.uniform(30, 225, 3), rng.uniform(30, 225, 3)
    ramp = np.linspace(0, 1, width)[None, :, None] * rng.uniform(0, 1) + np.linspace(0, 1, height)[
        :, None, None
    ] * rng.uniform(0, 1)
    room = (a + (b - a) * ramp / 2).astype(np.float32)
    for _ in range(rng.integers(3, 10)):
        x, y, w, h = (
            rng.integers(0, width),
            rng.integers(0, height),
            rng.integers(20, width // 3),
            rng.integers(20, height // 2),
        )
        cv2.rectangle(room, (int(x), int(y)), (int(x + w), int(y + h)), rng.uniform(10, 245, 3).tolist(), -1)
    room = cv2.GaussianBlur(room, (0, 0), rng.uniform(1.0, 6.0))
    if rng.random() < 0.7:
        x, y, r = width * rng.uniform(0.4, 0.6), height * rng.uniform(0.3, 0.42), height * rng.uniform(0.13, 0.18)
        person = room.copy()
        cv2.ellipse(person, (int(x), int(y + 4.2 * r)), (int(2.3 * r), int(2.6 * r)), 0, 0, 360, shirt.tolist(), -1)
        cv2.rectangle(
            person, (int(x - 0.45 * r), int(y)), (int(x + 0.45 * r), int(y + 1.8 * r)), (skin * 0.75).tolist(), -1
        )
        cv2.ellipse(person, (int(x), int(y)), (int(0.78 * r), int(r)), 0, 0, 360, (skin * 0.92).tolist(), -1)
        cv2.ellipse(
            person,
            (int(x), int(y - 0.45 * r)),
            (int(0.85 * r), int(0.75 * r)),
            0,
            180,
            360,
            rng.uniform(10, 120, 3).tolist(),
            -1,
        )
        for side in (-0.3, 0.3):
            cv2.ellipse(
                person,
                (int(x + side * r), int(y - 0.05 * r)),
                (int(0.12 * r), int(0.07 * r)),
                0,
                0,
                360,
                (40, 30, 30),
                -1,
            )
        cv2.ellipse(
            person,
            (int(x), int(y + 0.5 * r)),
            (int(0.25 * r), int(0.07 * r)),
            0,
            0,
            360,
            (skin * [0.8, 0.5, 0.5]).tolist(),
            -1,
        )
        room = cv2.GaussianBlur(person, (0, 0), 1.5)
    return np.clip(room, 0, 255).astype(np.uint8)


def _in_front_of(rng: np.random.Generator, width: int, height: int, picture: Pixels) -> Pixels:
    """A part of a picture, either way around, as a camera with another exposure and focus sees it."""
    h, w = picture.shape[:2]
    share = rng.uniform(0.6, 1.0)
    scale = max(width / w, height / h) / share
    large = cv2.resize(picture, (int(w * scale) + 1, int(h * scale) + 1), interpolation=cv2.INTER_CUBIC)
    x, y = int(rng.integers(large.shape[1] - width + 1)), int(rng.integers(large.shape[0] - height + 1))
    part = large[y : y + height, x : x + width].astype(np.float32)
    if rng.random() < 0.5:
        part = part[:, ::-1]
    part = 255 * (np.clip(part, 0, 255) / 255) ** rng.uniform(0.7, 1.5) * rng.uniform(0.8, 1.1, 3)
    if rng.random() < 0.5:
        part = cv2.GaussianBlur(part, (0, 0), rng.uniform(0.6, 3.0))
    return np.clip(part, 0, 255).astype(np.uint8)


def moved(hand: PlacedHand, **changes: object) -> PlacedHand:
    """The same hand with other attributes."""
    return replace(hand, **changes)  # type: ignore[arg-type]
