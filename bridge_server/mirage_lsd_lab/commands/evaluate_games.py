"""`mirage-lsd evaluate --games`: what goes wrong on recordings of real games."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

if TYPE_CHECKING:
    from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

_ASKED = {"too_blue": "<= 0.02 (forest)", "ceilings": "<= 1.5", "sky_change": "<= 1.2", "warp_ratio": "<= 1.2"}


def run_games(
    pipeline: MiragePipeline, paths: list[Path], frames: int, figures_to: Path | None, sheet: Path | None
) -> int:
    """Measures recordings and prints a table; `sheet`: a PNG for each, the last frame and what became of it.

    Raises:
        ValueError: see `read_game`. OSError: a file can't be read or written.
    """
    from ..evaluation.evaluate import write_rows
    from ..evaluation.recorded_games import measure_game

    console, found = Console(), []
    with Progress(console=console, transient=True) as bar:
        for path in paths:
            task = bar.add_task(path.stem, total=None)

            def tick(done: int, total: int, task: TaskID = task) -> None:
                bar.update(task, completed=done, total=total)

            figures, pictures = measure_game(pipeline, path, frames, tick)
            found.append(figures)
            if sheet is not None:
                write_rows(pictures, sheet.with_stem(f"{sheet.stem}-{path.stem}"))
    for figures in found:
        table = Table("theme", *(f"{name} ({asked})" for name, asked in _ASKED.items()), title=_title(figures))
        for theme, row in figures["themes"].items():
            table.add_row(theme, *("-" if row[name] is None else str(row[name]) for name in _ASKED))
        console.print(table)
    if figures_to is not None:
        figures_to.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def _title(figures: dict[str, Any]) -> str:
    return (
        f"{figures['game']}, {figures['frames']} frames: striped wall pixels {figures['striped']}, "
        f"at the worst heading {figures['striped_worst']} (<= 0.015)"
    )
