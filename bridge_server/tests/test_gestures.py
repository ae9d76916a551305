"""Gestures without the networks: geometry, tracking, poses of drawn skeletons, dwell and debouncing, what the controller makes of it."""

from __future__ import annotations

import hashlib
import math
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from device_fixtures import STAND_INS, shared_files

from mirage_lsd.commands import get
from mirage_lsd.controllers import Change, ControlInfo, Panel, make_controller
from mirage_lsd.controllers.feed import PictureFeed
from mirage_lsd.controllers.gesture import GestureController, change_of
from mirage_lsd.controllers.hands import GestureReader, Hand, HandTracker
from mirage_lsd.controllers.hands.palm import PALM_INPUT, Palm, letterbox, make_anchors, overlap, read_palms
from mirage_lsd.controllers.hands.poses import CLOSED, OPEN, Held, Pose, read_pose
from mirage_lsd.controllers.hands.region import HAND_INPUT, Region
from mirage_lsd.device_process.ring import SLOTS, SlotRing
from mirage_lsd.people.files import HANDS
from mirage_lsd.picture import DeviceError, Picture

sys.path.append(str(STAND_INS.parent))
from hand_drawing import POSES, PlacedHand, joints_of, pinch, place

# Geometry


def test_anchors_lie_in_the_middle_of_their_cells() -> None:
    anchors = make_anchors()
    assert anchors.shape == (2016, 2)
    assert tuple(anchors[0]) == tuple(anchors[1]) == pytest.approx((4 / 192, 4 / 192))
    assert tuple(anchors[2]) == pytest.approx((12 / 192, 4 / 192))
    assert tuple(anchors[1152]) == tuple(anchors[1157]) == pytest.approx((8 / 192, 8 / 192))
    assert tuple(anchors[-1]) == pytest.approx((184 / 192, 184 / 192))


def test_a_picture_keeps_its_proportions_in_the_square() -> None:
    pixels = np.full((360, 640, 4), 255, np.uint8)
    square, scale, (left, top) = letterbox(pixels)
    assert (scale, left, top) == (pytest.approx(640 / 192), 0, 42)
    assert square[0, :42].max() == square[0, 150:].max() == 0.0
    assert square[0, 42:150].min() == 1.0


def test_palms_are_read_where_they_are_and_once() -> None:
    anchors = make_anchors()
    boxes, scores = np.zeros((2016, 18), np.float32), np.full(2016, -9.0, np.float32)
    for anchor, score in ((500, 2.0), (502, 1.0), (1500, 3.0), (30, -0.1)):
        boxes[anchor, 2:4] = 30.0
        boxes[anchor, 4:6] = (0.0, 12.0)  # the wrist, below
        boxes[anchor, 8:10] = (0.0, -12.0)  # the middle finger's knuckle
        scores[anchor] = score
    palms = read_palms(boxes, scores, anchors, 2.0, (0, 10))
    assert [round(palm.score, 3) for palm in palms] == [
        0.953,
        0.881,
    ]  # the third overlaps the second, the last isn't sure
    x, y = anchors[500] * PALM_INPUT
    left, top, right, bottom = palms[1].box
    assert ((left + right) / 2, (top + bottom) / 2) == (pytest.approx(2 * x), pytest.approx(2 * (y - 10)))
    assert palms[1].wrist == (pytest.approx(2 * x), pytest.approx(2 * (y - 10 + 12)))


def test_overlap_is_the_shared_part() -> None:
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0.0
    assert overlap((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0


@pytest.mark.parametrize("turned", [0.0, 90.0, -135.0])
def test_a_region_is_turned_with_the_palm_and_lies_towards_the_fingers(turned: float) -> None:
    way = np.array([math.sin(math.radians(turned)), -math.cos(math.radians(turned))])
    wrist, knuckle = np.array([100.0, 100.0]) - 20 * way, np.array([100.0, 100.0]) + 20 * way
    region = Region.of_palm(Palm((80.0, 80.0, 120.0, 120.0), tuple(wrist), tuple(knuckle), 1.0))
    assert math.degrees(region.angle) == pytest.approx(turned)
    assert (region.x, region.y) == pytest.approx(tuple(100.0 + 20.0 * way))
    assert region.side == pytest.approx(104.0)


def test_what_is_found_in_a_cut_comes_back_to_its_place() -> None:
    pixels = np.zeros((200, 300, 4), np.uint8)
    pixels[88:93, 178:183] = 255
    region = Region(150.0, 100.0, 120.0, 0.6)
    cut = region.cut(pixels, HAND_INPUT)
    assert cut.shape == (1, HAND_INPUT, HAND_INPUT, 3)
    y, x = (float(place.mean()) for place in np.nonzero(cut[0, ..., 0] > 0.5))
    joints = region.joints_in_picture(np.full((21, 3), (x, y, HAND_INPUT / 2), np.float32))
    assert joints[0] == pytest.approx((180.0, 90.0, 60.0), abs=0.5)


# Tracking


class NetworksStandIn:
    """See hands where the test puts them: at points, as squares of a fixed size; only near the region they are looked for in."""

    def __init__(self) -> None:
        self.places: list[tuple[float, float]] = []
        self.looks = 0

    def palms(self, pixels: object) -> list[Palm]:
        self.looks += 1
        return [Palm((x - 20, y - 20, x + 20, y + 20), (x, y + 20), (x, y - 20), 0.9) for x, y in self.places]

    def hand(self, pixels: object, region: Region) -> tuple[np.ndarray, np.ndarray, float, float]:
        for x, y in self.places:
            if abs(region.x - x) + abs(region.y - y) < region.side / 2:
                shown = PlacedHand(POSES["palm"], x, y, 40.0)
                return place(joints_of(shown.pose), shown).astype(np.float32), np.zeros((21, 3), np.float32), 1.0, 0.99
        return np.zeros((21, 3), np.float32), np.zeros((21, 3), np.float32), 0.0, 0.01


@pytest.fixture
def networks() -> NetworksStandIn:
    return NetworksStandIn()


def follow(tracker: HandTracker, networks: NetworksStandIn, *places: tuple[float, float]) -> list[int]:
    networks.places = list(places)
    return [hand.number for hand in tracker.hands(np.zeros((4, 4, 4), np.uint8))]


def test_hands_keep_their_numbers_and_palms_are_seldom_looked_for(networks: NetworksStandIn) -> None:
    tracker = HandTracker(networks)
    assert follow(tracker, networks) == []
    assert follow(tracker, networks, (100, 100)) == [1]
    looks = networks.looks
    for step in range(8):
        assert follow(tracker, networks, (100 + 8 * step, 100)) == [1]
    assert networks.looks == looks + 2
    for _ in range(4):
        numbers = follow(tracker, networks, (160, 100), (400, 100))
    assert numbers == [1, 2]
    looks = networks.looks
    assert follow(tracker, networks, (160, 100), (400, 100)) == [1, 2]
    assert networks.looks == looks


def test_a_hand_that_was_too_quick_is_still_the_same(networks: NetworksStandIn) -> None:
    tracker = HandTracker(networks)
    assert follow(tracker, networks, (100, 100)) == [1]
    assert follow(tracker, networks, (230, 100)) == [1]  # beyond its region
    assert follow(tracker, networks) == []
    assert follow(tracker, networks, (350, 100)) == [1]
    for _ in range(8):
        assert follow(tracker, networks) == []
    assert follow(tracker, networks, (350, 100)) == [2]


def test_two_regions_on_one_hand_are_one_hand(networks: NetworksStandIn) -> None:
    tracker = HandTracker(networks)
    for _ in range(4):
        follow(tracker, networks, (100, 100), (220, 100))
    assert follow(tracker, networks, (160, 100)) in ([1], [2])


# Poses


def hand_of(pose: str, *, roll: float = 0.0, left: bool = False, gap: float | None = None) -> Hand:
    shown = PlacedHand(POSES[pose] if gap is None else pinch(gap), 300, 200, 60, roll=roll, left=left)
    joints = place(joints_of(shown.pose), shown) * np.array([1.0, 1.0, -1.0])
    return Hand(1, joints.astype(np.float32), (joints * 0.09 / 60).astype(np.float32), 1.0, 1.0)


@pytest.mark.parametrize(
    ("hand", "pose"),
    [
        (hand_of("palm"), Pose.PALM),
        (hand_of("palm", roll=30.0, left=True), Pose.PALM),
        (hand_of("palm", roll=80.0), Pose.OTHER),
        (hand_of("point"), Pose.POINT),
        (hand_of("point", roll=-90.0), Pose.POINT),
        (hand_of("palm", gap=0.17), Pose.PINCH),
        (hand_of("palm", gap=0.5), Pose.OTHER),
        (hand_of("thumb", roll=-90.0), Pose.THUMB_UP),
        (hand_of("thumb", roll=90.0), Pose.THUMB_DOWN),
        (hand_of("thumb", roll=90.0, left=True), Pose.THUMB_UP),
        (hand_of("thumb"), Pose.OTHER),
        (hand_of("fist"), Pose.OTHER),
        (hand_of("fist", roll=-90.0), Pose.OTHER),
        (hand_of("two"), Pose.OTHER),
        (hand_of("relaxed"), Pose.OTHER),
    ],
)
def test_poses_of_a_skeleton(hand: Hand, pose: Pose) -> None:
    held = read_pose(hand)
    assert held.pose is pose
    assert held.palm == pytest.approx(60.0, rel=0.02)


def test_the_gap_is_the_distance_of_the_tips() -> None:
    for gap in (0.2, 0.5, 0.9):
        assert read_pose(hand_of("palm", gap=gap)).gap == pytest.approx(gap, abs=0.05)


def test_a_hand_of_nothing_is_no_error() -> None:
    nothing = Hand(1, np.zeros((21, 3), np.float32), np.zeros((21, 3), np.float32), 0.0, 1.0)
    assert read_pose(nothing).pose in tuple(Pose)


# Dwell, debouncing, swipes

RATE = 10.0


def held(pose: Pose = Pose.OTHER, x: float = 300.0, y: float = 200.0, gap: float = 0.9, palm: float = 60.0) -> Held:
    return Held(pose, x, y, palm, True, gap, False)


def said(states: list[Held | None], reader: GestureReader | None = None, start: float = 0.0) -> list[str]:
    """What a hand says that is in these states, ten a second; then it goes."""
    reader = reader or GestureReader()
    told = []
    for i, state in enumerate([*states, *[None] * 12]):
        told += reader.feed_held(start + i / RATE, {} if state is None else {1: state}, 360)
    return [gesture.name for gesture in told]


@pytest.mark.parametrize("pose", [Pose.POINT, Pose.THUMB_UP, Pose.THUMB_DOWN])
def test_a_pose_counts_once_when_it_was_held(pose: Pose) -> None:
    assert said([held(pose)] * 40) == [pose.value]
    assert said([held(pose)] * 6) == []
    assert said([held(pose)] * 15 + [held()] * 8 + [held(pose)] * 15) == [pose.value] * 2
    assert said([held(pose)] * 15 + [held()] * 2 + [held(pose)] * 15) == [pose.value]


def test_one_wrong_picture_in_between_is_forgiven_and_flicker_is_nothing() -> None:
    assert said([held(Pose.POINT)] * 7 + [held()] + [held(Pose.POINT)] * 7) == ["point"]
    assert said([held(Pose.POINT), held(), held(Pose.PALM)] * 12) == []


def test_an_open_palm_lasts_as_long_as_it_is_held() -> None:
    assert said([held(Pose.PALM)] * 15 + [held(), held()] + [held(Pose.PALM)] * 20) == ["palm", "palm_over"]
    assert said([held(Pose.PALM)] * 15 + [held(Pose.POINT)] * 15) == ["palm", "palm_over", "point"]
    assert said([held(Pose.PALM)] * 7) == []


def test_a_hand_that_moves_shows_nothing() -> None:
    assert said([held(Pose.PALM, y=200.0 + 15 * i) for i in range(10)]) == []
    assert said([held(Pose.POINT, y=200.0 + 30 * (i % 2)) for i in range(30)]) == []


def test_a_hand_in_the_background_is_not_listened_to() -> None:
    assert said([held(Pose.POINT, palm=20.0)] * 30) == []


def test_a_hand_that_is_not_held_up_is_not_listened_to() -> None:
    assert said([held(Pose.POINT, y=250.0)] * 30) == []
    assert said([held(x=stroke(i / RATE), y=250.0) for i in range(15)]) == []
    assert said([held(Pose.POINT, y=230.0)] * 30) == ["point"]


def pinching(gaps: list[float]) -> list[Held | None]:
    return [held(Pose.PINCH if gap < 0.32 else Pose.PALM if gap > 0.6 else Pose.OTHER, gap=gap) for gap in gaps]


def values(states: list[Held | None]) -> list[float]:
    reader = GestureReader()
    told = []
    for i, state in enumerate(states):
        told += reader.feed_held(i / RATE, {} if state is None else {1: state}, 360)
    assert {gesture.name for gesture in told} <= {"pinch"}
    return [gesture.value for gesture in told]


def test_a_pinch_that_opens_sets_the_strength_until_the_fingers_keep_still() -> None:
    opening = [0.2] * 8 + [0.2 + 0.05 * i for i in range(10)] + [0.66] * 12
    told = values(pinching(opening))
    assert told == sorted(told)
    assert told[-1] == pytest.approx((0.66 - CLOSED) / (OPEN - CLOSED), abs=1e-3)
    # What comes after that, as the hand is lowered, changes nothing; nor does the open hand count as a palm.
    assert values(pinching(opening + [0.8] * 15)) == told


def test_a_pinch_that_never_opens_sets_nothing() -> None:
    assert values(pinching([0.2] * 40)) == []
    assert values(pinching([0.2, 0.2, 0.2] + [0.9] * 5)) == []


def test_a_pinch_that_moves_away_lets_go() -> None:
    moving = [held(gap=0.9, x=300.0 + 30 * i) for i in range(10)]
    assert values([*pinching([0.2] * 8), held(gap=0.5), *moving[4:]]) == []


def path(points: Callable[[float], float], seconds: float, pose: Pose = Pose.OTHER) -> list[Held | None]:
    return [held(pose, x=points(i / RATE)) for i in range(round(seconds * RATE))]


def stroke(t: float, start: float = 0.3, lasts: float = 0.4, way: float = 180.0) -> float:
    share = min(1.0, max(0.0, (t - start) / lasts))
    return 200.0 + way * share


def test_a_swipe_is_one_quick_way_that_does_not_come_back() -> None:
    assert said(path(stroke, 1.5)) == ["swipe_right"]
    assert said(path(lambda t: 600.0 - stroke(t), 1.5)) == ["swipe_left"]
    assert said(path(lambda t: stroke(t), 0.8)) == ["swipe_right"]  # the hand leaves the picture at its end
    assert said(path(lambda t: stroke(t, way=100.0), 1.5)) == []  # too short
    assert said(path(lambda t: stroke(t, lasts=1.8), 3.0)) == []  # too slow


def test_a_swipe_survives_pictures_without_the_hand() -> None:
    states = path(stroke, 1.5)
    states[5] = None
    assert said(states) == ["swipe_right"]


def test_waving_is_no_swipe() -> None:
    for pace in (0.8, 1.3, 2.0, 2.6):
        for swing in (40.0, 90.0, 150.0):
            assert said(path(lambda t, p=pace, s=swing: 300.0 + s * math.sin(2 * math.pi * p * t), 4.0)) == [], (
                pace,
                swing,
            )


def test_the_way_back_for_the_next_swipe_is_none() -> None:
    def twice(t: float) -> float:
        return stroke(t) - stroke(t, 1.2, 0.5) + stroke(t, 2.2, 0.4)

    assert said(path(twice, 3.5)) == ["swipe_right", "swipe_right"]


def test_a_closed_hand_and_a_steep_way_are_no_swipe() -> None:
    fist = [Held(Pose.OTHER, stroke(i / RATE), 200.0, 60.0, False, 0.9, True) for i in range(15)]
    assert said(fist) == []
    assert said([held(x=stroke(i / RATE), y=stroke(i / RATE) - 150.0) for i in range(15)]) == []


def test_two_hands_are_read_each_for_itself() -> None:
    reader = GestureReader()
    told = []
    for i in range(20):
        told += reader.feed_held(i / RATE, {1: held(Pose.POINT), 2: held(Pose.THUMB_UP, x=500.0)}, 360)
    assert sorted(gesture.name for gesture in told) == ["point", "thumb_up"]


def test_while_the_other_hand_moves_nothing_counts() -> None:
    reader = GestureReader()
    for i in range(40):
        other = held(x=500.0 + 40 * math.sin(i))
        assert reader.feed_held(i / RATE, {1: held(Pose.POINT), 2: other}, 360) == []
    for i in range(40, 52):
        told = reader.feed_held(i / RATE, {1: held(Pose.POINT), 2: held(x=500.0)}, 360)
        if told:
            break
    assert [gesture.name for gesture in told] == ["point"]


# The controller


@pytest.fixture
def panel() -> Panel:
    return Panel.of(
        [
            ControlInfo("scene", "choice", values=("forest", "city", "snow"), default="forest"),
            ControlInfo("lighting", "choice", values=("day", "night"), default="day"),
            ControlInfo("strength", "number", default=1.0),
            ControlInfo("bypass", "flag", default=False),
        ]
    )


@pytest.mark.parametrize(
    ("gesture", "value", "mirrored", "expected"),
    [
        ("swipe_right", 0.0, True, {"scene": "city"}),
        ("swipe_left", 0.0, True, {"scene": "snow"}),
        ("swipe_left", 0.0, False, {"scene": "city"}),  # the performer's right, where the picture is no mirror
        ("point", 0.0, False, {"lighting": "night"}),
        ("pinch", 0.25, False, {"strength": 0.25}),
        ("thumb_up", 0.0, False, {"bypass": False}),
        ("thumb_down", 0.0, False, {"bypass": True}),
        ("wink", 0.0, False, None),
    ],
)
def test_what_gestures_turn(panel: Panel, gesture: str, value: float, mirrored: bool, expected: object) -> None:
    assert change_of(panel, gesture, value, mirrored) == expected
    assert change_of(Panel({}), gesture, value, mirrored) is None


def event(controller: GestureController, panel: Panel, emit: Callable[[Change], None], gesture: str) -> None:
    controller._event({"kind": "event", "gesture": gesture, "value": 0.0}, panel, emit)


@pytest.mark.parametrize("before", [False, True])
def test_the_palm_puts_back_what_was_before(panel: Panel, before: bool) -> None:
    changes: list[Change] = []

    def emit(change: Change) -> None:
        changes.append(change)
        panel.current.update(change.values)

    panel.current["bypass"] = before
    controller = GestureController(transition_s=2.0)
    for gesture in ("palm_over", "palm", "palm", "palm_over", "palm_over"):
        event(controller, panel, emit, gesture)
    assert [dict(change.values) for change in changes] == [{"bypass": True}, {"bypass": before}]
    # A worker that ends while the palm is up can't say that it is over.
    event(controller, panel, emit, "palm")
    controller._ended(panel, emit)
    assert panel.current["bypass"] is before
    event(controller, panel, emit, "point")
    assert (changes[-1].transition_s, changes[-1].source) == (2.0, "gesture point")


def test_without_the_networks_one_sentence_names_the_command(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    assert "mirage-lsd get people" in str(GestureController.available())
    with pytest.raises(DeviceError, match="mirage-lsd get people"):
        make_controller("gestures").start(panel, lambda change: None)
    (tmp_path / "people").mkdir()
    for name in HANDS.hashes:
        (tmp_path / "people" / name).write_bytes(b"cut off")
    assert GestureController.available() is None
    with pytest.raises(DeviceError, match="is damaged; fetch it anew"):
        make_controller("gestures").start(panel, lambda change: None)
    with pytest.raises(ValueError, match="5 to 15"):
        GestureController(rate=60.0)


def test_networks_that_cannot_be_read_are_one_sentence(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "palm.tflite", tmp_path / "hand.tflite"
    for file in files:
        file.write_bytes(b"no network")
    monkeypatch.setattr("mirage_lsd.controllers.gesture.HANDS", SimpleNamespace(paths=lambda: files))
    with pytest.raises(DeviceError, match="can't be used"):
        GestureController().start(panel, lambda change: None)


class ProcessStandIn:
    """Takes messages and keeps them."""

    def __init__(self) -> None:
        self.sent: list[dict[str, object]] = []

    def send(self, message: dict[str, object]) -> None:
        self.sent.append(message)


def picture(t_s: float = 0.0, size: tuple[int, int] = (1280, 720)) -> Picture:
    pixels = np.zeros((size[1], size[0], 4), np.uint8)
    pixels[:, : size[0] // 2] = (200, 100, 50, 255)
    return Picture(pixels, round(t_s * 1e9))


def test_pictures_reach_the_worker_small_and_no_more_than_it_has_time_for() -> None:
    before = set(shared_files())
    feed, process = PictureFeed(), ProcessStandIn()
    assert feed.idle
    assert [feed.give(process, picture()) for _ in range(SLOTS + 2)] == [True] * SLOTS + [False] * 2
    ring = SlotRing.attach(str(process.sent[0]["path"]), int(process.sent[0]["slot_bytes"]), SLOTS)
    assert [message["kind"] for message in process.sent] == ["ring"] + ["picture"] * SLOTS
    message = process.sent[1]
    assert (message["width"], message["height"]) == (640, 360)
    seen = ring.view(int(message["slot"]), 360, 640)
    assert tuple(seen[180, 100]) == (200, 100, 50, 255)
    assert tuple(seen[180, 600]) == (0, 0, 0, 0)
    assert not feed.idle
    feed.freed({"ring": message["ring"], "slot": message["slot"]})
    assert feed.give(process, picture())
    # A larger one needs a new ring; what the worker says of the old one is not mixed up with it.
    assert feed.give(process, picture(size=(640, 640)))
    feed.freed({"ring": 1, "slot": 0})
    assert [feed.give(process, picture(size=(640, 640))) for _ in range(SLOTS)] == [True] * (SLOTS - 1) + [False]
    feed.forget()
    assert set(shared_files()) == before


def test_ten_pictures_a_second_are_looked_at_and_a_clip_may_begin_anew() -> None:
    controller = GestureController(rate=10.0)
    given: list[Picture] = []
    controller._feed = SimpleNamespace(give=lambda process, p: not given.append(p))
    controller.look(picture())
    assert not given  # nobody is there yet
    controller._process, controller._opened = object(), True
    for i in range(120):
        controller.look(picture(1.0 + i / 60))
    assert 18 <= len(given) <= 21
    count = len(given)
    controller.look(picture(0.0))
    assert len(given) == count + 1


def test_a_worker_that_takes_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = GestureController()
    now = time.monotonic()
    controller._feed = SimpleNamespace(idle=False)
    controller._idle_at = now - 4.0
    assert controller._stalled() == ""
    controller._idle_at = now - 6.0
    assert "take no pictures" in controller._stalled()
    controller._feed = SimpleNamespace(idle=True)
    assert controller._stalled() == ""


# mirage-lsd get people


def wheel_of(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"mediapipe/modules/{name}", content)
    return path


def test_the_networks_are_taken_out_of_the_wheel_whole_or_not_at_all(tmp_path: Path) -> None:
    files = {"a.tflite": b"palm", "b.tflite": b"hand", "LICENSE": b"Apache"}
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in ("a.tflite", "b.tflite")}
    wheel, folder = wheel_of(tmp_path / "x.whl", files), tmp_path / "cache" / "people"
    get.take_out(wheel, folder, hashes)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    other = tmp_path / "other"
    with pytest.raises(DeviceError, match=r"b.tflite in x.whl is not the file that is wanted"):
        get.take_out(wheel_of(wheel, {**files, "b.tflite": b"changed"}), other, hashes)
    with pytest.raises(DeviceError, match="doesn't hold"):
        get.take_out(wheel_of(wheel, {"a.tflite": b"palm"}), other, hashes)
    wheel.write_bytes(b"cut off")
    with pytest.raises(DeviceError, match="doesn't hold"):
        get.take_out(wheel, other, hashes)
    assert not other.exists()
    with pytest.raises(DeviceError, match="can't be written"):
        get.take_out(wheel_of(wheel, files), wheel / "people", hashes)


def test_what_pip_says_becomes_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    assert get.run(SimpleNamespace(what="people")) == 1
    told = capsys.readouterr().err
    assert "could not be fetched; look whether PyPI can be reached" in told
    assert "No matching distribution" in told
    assert not (tmp_path / "people").exists()
    assert "ensurepip" in get._fault(["/usr/bin/python3: No module named pip"])
    assert "hash differs" in get._fault(["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."])
