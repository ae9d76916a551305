"""A grey-box level in Panda3D that a MirageLSD daemon paints while you walk through it.

Start `mirage-lsd serve` in another terminal, then `python samples/panda3d_greybox`.
W A S D walk, arrow keys look; 1 to 8 choose a theme. P shows the model's controls: Tab chooses one, [ and ] change it.
Escape ends. --shading engine: each frame is painted by the graphics card itself, from contexts that the daemon sends.
Without a display it walks by itself and prints what comes back.
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
from .panel import Panel
from .player import Player
from .renderer import Renderer, RendererError
from .screen import Screen, ScreenError
from .shading import EngineShading
from .themes import APPEARANCES, THEMES

_ANSWER_S = 5.0
_THEME_KEYS = tuple(str(i + 1) for i in range(len(THEMES)))


def main() -> int:
    """Runs the sample until the window is closed or the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", default="tcp://127.0.0.1:5757", help="the daemon (default: %(default)s)")
    parser.add_argument("--size", type=parse_size, default="640x360", help="WIDTHxHEIGHT (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.0, help="stop after so long; 0: never (default)")
    parser.add_argument("--no-window", action="store_true", help="walk by itself, off screen")
    parser.add_argument(
        "--shading",
        choices=("automatic", "engine", "daemon"),
        default="automatic",
        help="who paints; automatic: the engine on a graphics card, if the daemon gives contexts (default)",
    )
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
            bridge, shading = open_bridge(client, renderer, args.shading)
            play(bridge, renderer, screen, args.seconds, shading)
    except RendererError as error:
        print(f"panda3d_greybox: {error}", file=sys.stderr)
        return 1
    finally:
        renderer.close()
        if screen is not None:
            screen.close()
    return 0


def open_bridge(client: Client, renderer: Renderer, wanted: str) -> tuple[Bridge, EngineShading | None]:
    """The stream, and what shades if the engine does.

    Raises:
        RendererError: the engine is to shade, and can't.
    """
    size = renderer.width, renderer.height
    # What the daemon can is known when it has answered.
    can = wanted != "daemon" and renderer.has_depth and client.wait_ready(_ANSWER_S) and client.has_contexts()
    if wanted == "engine" and not can:
        raise RendererError("The daemon gives no contexts, or there is no depth to shade from: use --shading daemon.")
    shading = EngineShading(renderer) if can else None
    if shading is not None and wanted == "automatic" and shading.shading.is_software:
        shading.close()
        shading = None
    return Bridge(client, *size, has_depth=renderer.has_depth, contexts=shading is not None), shading


def play(
    bridge: Bridge, renderer: Renderer, screen: Screen | None, seconds: float, shading: EngineShading | None = None
) -> None:
    """The game loop: until Escape, a closed window, or `seconds` are over (0: never). `shading`: of a bridge of contexts."""
    path = CameraPath()
    player = Player(screen.window, path.pose(0)) if screen is not None else None
    bridge.set_theme(THEMES[0])
    renderer.level.set_sun(THEMES[0].sun)
    panel: Panel | None = None
    shows_panel = False
    start = before = told = time.monotonic()
    while not seconds or time.monotonic() - start < seconds:
        now = time.monotonic()
        pose = path.pose(now - start) if player is None else player.step(now - before)
        before = now
        renderer.place(pose)
        renderer.level.move(now - start)
        context = bridge.acquire_context() if shading is not None else None
        if shading is not None and context is not None:
            shading.prepare(context, bridge.sun)
        picture = renderer.render()
        bridge.submit(picture, now_ns())
        if shading is not None:
            shown = shading.picture()
        else:
            result = bridge.acquire()
            shown = result.pixels if result is not None else None
        if shown is None and not bridge.stream.stats().returned:
            shown = picture.color
        if panel is None and bridge.stream.controls:
            panel = Panel(bridge.stream.controls, {"appearance": APPEARANCES})
            panel.show(THEMES[0].controls)
        lines = panel.lines() if panel is not None and shows_panel else []
        if screen is not None and shown is not None and not screen.show(shown, lines):
            return
        for key in player.pressed if player is not None else ():
            if key == "escape":
                return
            if key in _THEME_KEYS:
                theme = THEMES[_THEME_KEYS.index(key)]
                renderer.level.set_sun(theme.sun)
                bridge.set_theme(theme, 1.0)
                if panel is not None:
                    panel.show(theme.controls)
            elif key == "p":
                shows_panel = not shows_panel
            elif panel is not None and (changed := panel.press(key)):
                bridge.set_controls(changed)
        if now - told > 2:
            told, stats = now, bridge.stream.stats()
            latency = f"latency p50 {stats.latency_ms_p50:.0f} ms, p95 {stats.latency_ms_p95:.0f} ms"
            what = "results" if shading is None else "contexts"
            print(bridge.stream.last_error or f"{stats.fps:.1f} {what} a second, {latency}")
        # No faster than 60 frames a second: what is left of the processor is the daemon's.
        time.sleep(max(0.0, 1 / 60 - (time.monotonic() - now)))


if __name__ == "__main__":
    sys.exit(main())
