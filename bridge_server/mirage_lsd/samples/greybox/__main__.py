"""A grey-box level in Panda3D that a MirageLSD daemon paints while you walk through it.

Start `mirage-lsd serve` in another terminal, then `python samples/panda3d_greybox`.
W A S D walk, arrow keys look; 1 to 8 choose the theme (forest/day, city/night, scifi/neon, desert/sunset, snow/overcast, village/day, volcanic/night,
underwater/day), F1 to F6 the light (day, overcast, sunset, night, neon, fog); C other clothes for the people; Escape ends. Without a display it walks by itself and prints what comes back.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from ...client import Client, now_ns
from ...commands.size import parse_size
from .bridge import Bridge
from .camera_path import CameraPath
from .level import Level
from .player import Player
from .renderer import Renderer, RendererError
from .screen import Screen, ScreenError
from .themes import APPEARANCES, LIGHTINGS, THEMES

_THEME_KEYS = tuple(str(i + 1) for i in range(len(THEMES)))
_LIGHTING_KEYS = tuple(f"f{i + 1}" for i in range(len(LIGHTINGS)))


def main() -> int:
    """Runs the sample until the window is closed or the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:5757", help="the daemon (default: %(default)s)")
    parser.add_argument("--size", type=parse_size, default="640x360", help="WIDTHxHEIGHT (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.0, help="stop after so long; 0: never (default)")
    parser.add_argument("--no-window", action="store_true", help="walk by itself, off screen")
    args = parser.parse_args()
    width, height = args.size
    window = not args.no_window and (sys.platform != "linux" or bool(os.environ.get("DISPLAY")))
    try:
        screen = Screen(width, height, "MirageLSD") if window else None
        renderer = Renderer(Level(), width, height, window=screen and screen.window)
    except (RendererError, ScreenError) as error:
        print(f"panda3d_greybox: {error}", file=sys.stderr)
        return 1
    try:
        with Client(args.endpoint, name="panda3d_greybox", engine="panda3d", log=lambda _, line: print(line)) as client:
            play(Bridge(client, width, height, has_depth=renderer.has_depth), renderer, screen, args.seconds)
    finally:
        renderer.close()
        if screen is not None:
            screen.close()
    return 0


def play(bridge: Bridge, renderer: Renderer, screen: Screen | None, seconds: float) -> None:
    """The game loop: until Escape, a closed window, or `seconds` are over (0: never)."""
    path = CameraPath()
    player = Player(screen.window, path.pose(0)) if screen is not None else None
    bridge.set_theme(THEMES[0])
    renderer.level.set_sun(THEMES[0].sun)
    appearance = 0
    start = before = told = time.monotonic()
    while not seconds or time.monotonic() - start < seconds:
        now = time.monotonic()
        pose = path.pose(now - start) if player is None else player.step(now - before)
        before = now
        renderer.place(pose)
        renderer.level.move(now - start)
        picture = renderer.render()
        bridge.submit(picture, now_ns())
        result = bridge.acquire()
        shown = result.pixels if result is not None else None
        if shown is None and not bridge.stream.stats().returned:
            shown = picture.color
        if screen is not None and shown is not None and not screen.show(shown):
            return
        for key in player.pressed if player is not None else ():
            if key == "escape":
                return
            if key in _THEME_KEYS:
                theme = THEMES[_THEME_KEYS.index(key)]
                renderer.level.set_sun(theme.sun)
                bridge.set_theme(theme, 1.0)
            elif key in _LIGHTING_KEYS:
                bridge.set_lighting(LIGHTINGS[_LIGHTING_KEYS.index(key)])
            elif key == "c":
                bridge.set_appearance(APPEARANCES[appearance % len(APPEARANCES)])
                appearance += 1
        if now - told > 2:
            told, stats = now, bridge.stream.stats()
            latency = f"latency p50 {stats.latency_ms_p50:.0f} ms, p95 {stats.latency_ms_p95:.0f} ms"
            print(bridge.stream.last_error or f"{stats.fps:.1f} results a second, {latency}")
        # No faster than 60 frames a second: what is left of the processor is the daemon's.
        time.sleep(max(0.0, 1 / 60 - (time.monotonic() - now)))


if __name__ == "__main__":
    sys.exit(main())
