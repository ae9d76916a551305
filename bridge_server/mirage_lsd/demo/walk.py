"""The walk itself: render, submit, acquire, record."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from ..client import Client, Result, StreamState, now_ns
from .engine_column import EngineColumn, make_column
from .recording import FPS, Picture, Video, contact_sheet, side_by_side
from .sample import DemoError

# The first result waits for the daemon to compile the networks for this size.
_FIRST_RESULT_S = 300.0
_RESULT_S = 30.0


@dataclass(frozen=True)
class WalkOptions:
    """Sizes in pixels, `seconds` of walk (the video's length), `steps` of the sampler, `shades`: with the engine's own painting."""

    width: int
    height: int
    seconds: float
    steps: int
    model: str
    out: Path
    window: bool = False
    shades: bool = True


@dataclass
class Report:
    """What is measured during the walk, as `report.json` has it."""

    engine: str = "panda3d"
    transport: str = ""
    model: str = ""
    device: str = ""
    width: int = 0
    height: int = 0
    steps: int = 0
    frames_sent: int = 0
    frames_returned: int = 0
    frames_dropped: int = 0
    fps: float = 0.0
    latency_ms: dict[str, float] = field(default_factory=dict)
    stages_ms: dict[str, dict[str, float]] = field(default_factory=dict)
    engine_shading: dict[str, str | float] = field(default_factory=dict)


def _wait(bridge: Any, seq: int, seconds: float, alive: Callable[[], str | None]) -> Result | None:
    """The result of frame `seq`, or None when it did not come; the engine's own loop never waits, a recording does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result: Result | None = bridge.acquire()
        if result is not None and result.seq >= seq:
            return result
        if result is None:
            if bridge.stream.last_error:
                raise DemoError(f"The daemon refuses the stream: {bridge.stream.last_error}")
            if problem := alive():
                raise DemoError(problem)
            time.sleep(0.0005)
    return None


def walk(
    sample: Any,
    endpoint: str,
    options: WalkOptions,
    alive: Callable[[], str | None],
    progress: Callable[[str, int, int], None],
) -> Report:
    """Walks once, through every theme; writes demo.mp4 and contact_sheet.png.

    Args:
        alive: the sentence that says how the daemon died, or None.
        progress: called with what is being done, frames done, frames in all.

    Raises:
        DemoError: the daemon died, refused the stream or gave no result.
        OSError: a file can't be written.
    """
    progress("opening the level", 0, 0)
    screen = sample.screen.Screen(options.width, options.height, "MirageLSD") if options.window else None
    level = sample.level.Level()
    window = screen.window if screen is not None else None
    renderer = sample.renderer.Renderer(level, options.width, options.height, window=window)
    themes = sample.themes.THEMES
    # Two of each theme, so that the sheet has a picture of each.
    frames = max(2 * len(themes), round(options.seconds * FPS))
    path = sample.camera_path.CameraPath(frames / FPS)
    moments: list[tuple[str, list[tuple[Picture, Picture]]]] = [(theme.title, []) for theme in themes]
    latencies: list[float] = []
    video: Video | None = None
    column: EngineColumn | None = None
    try:
        with Client(endpoint, name="mirage-lsd demo", engine="panda3d") as client:
            bridge = sample.bridge.Bridge(
                client,
                options.width,
                options.height,
                has_depth=renderer.has_depth,
                steps=options.steps,
                model=options.model,
            )
            theme = themes[0]
            _first_result(bridge, renderer, path, theme, alive, progress)
            if options.shades:
                column = make_column(sample, client, renderer, options.model, options.steps)
            if column is not None:
                column.set_theme(theme)
            video = Video(options.out / "demo.mp4", options.width, options.height, 2 if column is None else 3)
            before = bridge.stream.stats()
            start = time.monotonic()
            for i in range(frames):
                k = i * len(themes) // frames
                if themes[k] is not theme:
                    theme = themes[k]
                    level.set_sun(theme.sun)
                    bridge.set_theme(theme, 1.0)
                    if column is not None:
                        column.set_theme(theme, 1.0)
                renderer.place(path.pose(i / FPS))
                level.move(i / FPS)
                if column is not None:
                    column.prepare()
                picture = renderer.render()
                seq = bridge.submit(picture, now_ns())
                result = _wait(bridge, seq, _RESULT_S, alive) if seq is not None else None
                if result is None:
                    raise DemoError(
                        f"No result came within {_RESULT_S:.0f} s; look at the daemon's log, then `mirage-lsd doctor`."
                    )
                latencies.append(result.latency_ms)
                columns = [(picture.color, "Panda3D, grey-box"), (result.pixels, f"MirageLSD: {theme.title}")]
                if column is not None:
                    columns.append((column.picture(i, picture, result.pixels), "painted in the engine"))
                video.add(side_by_side(columns))
                share = i * len(themes) / frames - k
                if len(moments[k][1]) < 2 and share >= 0.5 + 0.4 * len(moments[k][1]) - 1e-9:
                    moments[k][1].append((picture.color, result.pixels.copy()))
                if screen is not None:
                    screen.show(result.pixels)
                progress(f"walking: {theme.title}", i + 1, frames)
            seconds = time.monotonic() - start
            stats = bridge.stream.stats()
            stages = {
                name: {"p50": round(p50, 2), "p95": round(p95, 2)}
                for name, (p50, p95) in bridge.stream.stage_ms().items()
            }
    finally:
        if video is not None:
            video.close()
        if column is not None:
            column.close()
        renderer.close()
        if screen is not None:
            screen.close()
    contact_sheet([moment for moment in moments if moment[1]], options.out / "contact_sheet.png")
    cuts = quantiles(latencies, n=100, method="inclusive")
    return Report(
        transport=stats.transport, width=options.width, height=options.height, steps=options.steps, model=options.model,
        frames_sent=stats.sent - before.sent, frames_returned=stats.returned - before.returned,
        frames_dropped=stats.dropped_daemon + stats.dropped_results - before.dropped_daemon - before.dropped_results, fps=round(frames / seconds, 2),
        latency_ms={"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "max": round(max(latencies), 2)}, stages_ms=stages,
        engine_shading=column.report() if column is not None else {},
    )  # fmt: skip


def _first_result(
    bridge: Any,
    renderer: Any,
    path: Any,
    theme: Any,
    alive: Callable[[], str | None],
    progress: Callable[[str, int, int], None],
) -> None:
    """Sends the first picture until the daemon has compiled and answers; not part of what is measured."""
    progress("preparing the networks for this size (the first time: half a minute)", 0, 0)
    renderer.level.set_sun(theme.sun)
    renderer.place(path.pose(0))
    deadline = time.monotonic() + _FIRST_RESULT_S
    while bridge.stream.state is StreamState.PENDING:
        _must_go_on(bridge, alive, deadline)
    # Only now it is known what the model can be asked for.
    bridge.set_theme(theme)
    # The first rendering may still be warming up the driver; the second one is a picture.
    renderer.render()
    while (seq := bridge.submit(renderer.render(), now_ns())) is None:
        _must_go_on(bridge, alive, deadline)
    if _wait(bridge, seq, _FIRST_RESULT_S, alive) is None:
        raise DemoError("The first result did not come in five minutes; try `mirage-lsd doctor`.")


def _must_go_on(bridge: Any, alive: Callable[[], str | None], deadline: float) -> None:
    """Waits a moment; raises DemoError when waiting any longer makes no sense."""
    if bridge.stream.last_error:
        raise DemoError(f"The daemon refuses the stream: {bridge.stream.last_error}")
    if problem := alive():
        raise DemoError(problem)
    if time.monotonic() > deadline:
        raise DemoError("The daemon can't be reached; try `mirage-lsd doctor`.")
    time.sleep(0.02)
