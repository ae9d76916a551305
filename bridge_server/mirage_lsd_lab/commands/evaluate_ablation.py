"""`mirage-lsd evaluate --ablation`: what each part of the network is worth, place by place, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

_COLUMNS = {
    "psnr": "PSNR",
    "uncovered": "of what the frame before hid",
    "flicker": "change over the reference's own",
    "revisit": "a view's change until it is seen again",
    "difference": "distance from all parts",
}


def run_ablation(pipeline: MiragePipeline, steps: int, worlds: int, frames: int, figures_to: Path | None) -> int:
    """Measures walks of `frames` frames in `worlds` worlds, and prints a table for each place.

    Raises:
        OSError: the figures can't be written.
    """
    from mirage_lsd.pipelines.base import StreamSpec

    from ..evaluation.ablation import measure_ablation
    from ..evaluation.clips import find_clips
    from ..evaluation.evaluate import ROLL_OUT_SEEDS, SMALL_SIZE

    console = Console()
    spec = StreamSpec(*SMALL_SIZE, *SMALL_SIZE, steps)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("ablation", total=None)

        def tick(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        rows = measure_ablation(pipeline, spec, ROLL_OUT_SEEDS[:worlds], frames, find_clips(), tick)
    print_ablation(console, rows)
    if figures_to is not None:
        figures_to.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def print_ablation(console: Console, rows: list[dict[str, Any]]) -> None:
    """Prints a table for each place of `evaluation.ablation.measure_ablation`."""
    for place in dict.fromkeys(row["place"] for row in rows):
        table = Table("variant", *_COLUMNS.values(), title=f"What each part is worth, 320x180: {place}")
        for row in rows:
            if row["place"] == place:
                table.add_row(row["variant"], *("-" if row[key] is None else str(row[key]) for key in _COLUMNS))
        console.print(table)
