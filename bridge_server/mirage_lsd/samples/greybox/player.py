"""The walker at the keyboard: W A S D and the arrow keys."""

from __future__ import annotations

import math
from typing import Any

from panda3d import core

from .camera_path import EYE_HEIGHT, Pose

WALK_M_PER_S, TURN_DEG_PER_S = 4.0, 80.0
_KEYS = ("w", "a", "s", "d", "arrow_left", "arrow_right", "arrow_up", "arrow_down")


class Player:
    """Reads a window's keys and moves. `pressed` holds the keys that went down since the last step."""

    def __init__(self, window: Any, start: Pose) -> None:
        self.pose = start
        self.pressed: list[str] = []
        self._events = core.MouseWatcher("keys")
        root = core.NodePath(core.DataNode("input"))
        self._root = root
        source = root.attachNewNode(core.MouseAndKeyboard(window, 0, "keyboard"))
        watcher = source.attachNewNode(self._events)
        buttons = core.ButtonThrower("buttons")
        watcher.attachNewNode(buttons)
        self._traverser = core.DataGraphTraverser()
        self._queue = core.EventQueue.getGlobalEventQueue()

    def step(self, seconds: float) -> Pose:
        """Moves for `seconds` by the keys that are held."""
        self._traverser.traverse(self._root.node())
        self.pressed.clear()
        while not self._queue.isQueueEmpty():
            self.pressed.append(self._queue.dequeueEvent().getName())
        held = {
            key
            for key in _KEYS
            if self._events.isButtonDown(core.KeyboardButton.asciiKey(key) if len(key) == 1 else _arrow(key))
        }
        heading = self.pose.heading + TURN_DEG_PER_S * seconds * (("arrow_left" in held) - ("arrow_right" in held))
        pitch = self.pose.pitch + TURN_DEG_PER_S / 2 * seconds * (("arrow_up" in held) - ("arrow_down" in held))
        forward, right = ("w" in held) - ("s" in held), ("d" in held) - ("a" in held)
        angle, reach = math.radians(heading), WALK_M_PER_S * seconds
        x, y, _ = self.pose.position
        x += reach * (right * math.cos(angle) - forward * math.sin(angle))
        y += reach * (right * math.sin(angle) + forward * math.cos(angle))
        self.pose = Pose((x, y, EYE_HEIGHT), heading, max(-60.0, min(60.0, pitch)))
        return self.pose


def _arrow(name: str) -> Any:
    return {
        "arrow_left": core.KeyboardButton.left(),
        "arrow_right": core.KeyboardButton.right(),
        "arrow_up": core.KeyboardButton.up(),
        "arrow_down": core.KeyboardButton.down(),
    }[name]
