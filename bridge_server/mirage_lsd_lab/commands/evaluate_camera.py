"""`mirage-lsd evaluate --camera`: real clips without depth, and people in front of a camera."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

if TYPE_CHECKING:
    from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

_PEOPLE = {
    "outfit_iou": (">= 0.8", "rendered people: outfit found and true, overlap over union"),
    "outfit_iou_least": ("", "the same, the worst of them"),
    "portraits": (">= 0.8", "the same, portraits of packages"),
    "face_detail": (">= 0.9", "face and hair, high-pass correlation with the input, for each background"),
    "world_recognised": (">= 0.95", "another place behind somebody: scene and lighting named by the judge"),
}
_CLIPS = {
    "detail": (">= 0.75", "real clip, color alone: correlation of the logarithmic high-pass, output with input"),
    "detail_energy": ("0.7 to 1.4", "its energy over the input's"),
    "recognised": (">= 0.9", "theme and lighting recognised, and more than a tint"),
    "recognised_if_graded": ("0", "the same of pictures that only have the theme's colors"),
    "flicker_ratio": ("<= 1.1", "change between frames over the input's"),
    "flicker_ratio_most": ("<= 1.1", "the same of the theme that changes most"),
}
_JUDGE = {
    "targets": "held-out levels in their themes: scene and lighting named, and more than a tint",
    "finished": "the same with the detail of a film",
    "graded": "films that only have a theme's colors, taken for it",
}


def add_people(table: Table, figures: dict[str, Any]) -> None:
    """Adds rows of measure, value, asked and meaning."""
    for key, figure in figures.items():
        asked, meaning = _PEOPLE[key]
        named = figure if isinstance(figure, dict) else {"": figure}
        for name, value in named.items():
            table.add_row(f"people.{key}{name and '.'}{name}", str(value), asked, meaning)


def add_clip(table: Table, clip: dict[str, Any]) -> None:
    """The same of a clip."""
    for key, (asked, meaning) in _CLIPS.items():
        if key in clip:
            table.add_row(f"{clip['clip']}.{key}", str(clip[key]), asked, f"{meaning}, {clip['size']}")


def run_camera(
    pipeline: MiragePipeline, frames: int, judge_file: Path | None, figures_to: Path | None, sheet: Path | None
) -> int:
    """Measures and prints a table; `sheet`: a PNG for each clip beside it, the input and its last frame in each theme.

    Raises:
        ValueError: the file of the judge holds none. OSError: a file can't be read or written.
    """
    from ..evaluation.clips import find_clips, measure_clip
    from ..evaluation.evaluate import write_clip
    from ..evaluation.people.measure import measure_people
    from ..evaluation.theme_classifier import check_judge, read_or_train

    console = Console()
    clips: list[dict[str, Any]] = []
    with Progress(console=console, transient=True) as bar:

        def tick(what: str) -> Any:
            task: TaskID = bar.add_task(what, total=None)
            return lambda done, total: bar.update(task, completed=done, total=total)

        judge = read_or_train(judge_file, tick("judge"))
        checked = check_judge(judge, tick("judge of unseen levels"))
        for path in find_clips():
            figures, pictures = measure_clip(pipeline, path, frames, judge, tick(path.stem))
            clips.append(figures)
            if sheet is not None:
                write_clip(pictures, path, sheet)
        people = measure_people(pipeline, judge, tick("people"))
    table = Table("measure", "value", "asked", "meaning", title=f"{pipeline.name}, without depth")
    for key, meaning in _JUDGE.items():
        table.add_row(f"judge.{key}", str(round(getattr(checked, key), 3)), "", meaning)
    for clip in clips:
        add_clip(table, clip)
    add_people(table, people)
    console.print(table)
    for clip in clips:
        themes = Table("theme", "recognised", "as", "change between frames", "detail", "energy", title=clip["clip"])
        for row in clip["themes"]:
            themes.add_row(
                *(
                    str(row[key])
                    for key in ("theme", "recognised", "seen_as", "flicker_ratio", "detail", "detail_energy")
                )
            )
        console.print(themes)
    if figures_to is not None:
        figures_to.write_text(
            json.dumps({"judge": checked._asdict(), "clips": clips, "people": people}, indent=2) + "\n"
        )
    return 0
