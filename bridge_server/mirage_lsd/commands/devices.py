"""Lists the cameras, screens and other sources, the sinks and the controllers: what is there, and how to install what is not.

    mirage-lsd devices

The first column is what `mirage-lsd stream` takes after --source or --sink.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

HELP = "list cameras, screens, sinks and controllers"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options: it has none."""


def run(args: argparse.Namespace) -> int:
    """Prints the lists."""
    from rich.console import Console
    from rich.table import Table

    from ..controllers.registry import controller_classes
    from ..sinks import sink_classes
    from ..sources import source_classes

    console = Console()
    for title, kinds in (
        ("Sources", source_classes()),
        ("Sinks", sink_classes()),
        ("Controllers", controller_classes()),
    ):
        table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
        for name, what in _rows(kinds):
            table.add_row(name, what)
        console.print(table, markup=False)
        console.print()
    return 0


def _rows(kinds: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for kind in kinds:
        missing = kind.available()
        yield kind.name, kind.help if missing is None else f"not here: {missing}"
        for text, person in getattr(kind, "list_devices", list)():
            yield f"  {text}", person
