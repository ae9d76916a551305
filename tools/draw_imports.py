"""Writes into docs/ARCHITECTURE.md which package of the runtime and the lab imports which: a chart and a table.

python tools/draw_imports.py             write it
python tools/draw_imports.py --check     only say whether what is there is true
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import grimp

REPOSITORY = Path(__file__).resolve().parent.parent
DOCUMENT = REPOSITORY / "docs" / "ARCHITECTURE.md"
ROOTS = ("mirage_lsd", "mirage_lsd_lab")
_BEGIN, _END = "<!-- tools/draw_imports.py -->\n", "<!-- end of tools/draw_imports.py -->\n"


def main(arguments: list[str]) -> int:
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(_BEGIN)
    now, _, after = rest.partition(_END)
    wanted = text(*read_imports())
    if arguments == ["--check"]:
        if now != wanted:
            print(f"The imports in {DOCUMENT} are no longer true: call tools/draw_imports.py.", file=sys.stderr)
        return int(now != wanted)
    DOCUMENT.write_text(before + _BEGIN + wanted + _END + after, encoding="utf-8")
    return 0


def read_imports() -> tuple[dict[str, set[str]], set[str]]:
    """What each package imports directly, imports inside functions too, and which of the names are packages, not single files."""
    sys.path[:0] = [str(REPOSITORY / "bridge_server"), str(REPOSITORY / "bridge_server" / "mirage_lsd_lab")]
    graph = grimp.build_graph(*ROOTS, exclude_type_checking_imports=True, cache_dir=None)
    imports: dict[str, set[str]] = {}
    packages = set()
    for module in graph.modules:
        importer = package_of(module)
        imports.setdefault(importer, set())
        if graph.find_children(module):
            packages.add(importer)
        imports[importer] |= {package_of(name) for name in graph.find_modules_directly_imported_by(module)} - {importer}
    return imports, packages


def package_of(module: str) -> str:
    """`mirage_lsd.sinks.stream` -> `sinks`; the lab's packages keep the lab's name."""
    root, *rest = module.split(".")
    if not rest:
        return root
    return rest[0] if root == ROOTS[0] else f"lab.{rest[0]}"


def text(imports: dict[str, set[str]], packages: set[str]) -> str:
    """The chart shows packages and the files that import some, and no arrow that follows from others."""
    shown = (packages | {name for name, others in imports.items() if others & packages}) - set(ROOTS)
    drawn = {name: imports[name] & shown for name in shown}
    arrows = [
        f"  {node(name)} --> {node(other)}"
        for name, others in sorted(drawn.items())
        for other in sorted(others)
        if not any(other in reached(drawn, between) for between in others - {other})
    ]
    rows = [f"| `{name}` | {', '.join(sorted(others))} |" for name, others in sorted(imports.items()) if others]
    chart = "\n".join(["```mermaid", "flowchart TD", *arrows, "```"])
    return "\n".join([chart, "", "| package or file | imports |", "|---|---|", *rows, ""])


def reached(imports: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        for other in imports[left.pop()] - found:
            found.add(other)
            left.append(other)
    return found


def node(name: str) -> str:
    identifier = re.sub(r"\W", "_", name)
    return name if name == identifier else f"{identifier}[{name}]"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
