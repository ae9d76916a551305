"""Makes a picture of a game as it is and in four themes of the shipped model, in the game's own window, at the same frame.

    python tests/games/theme_sheet.py openarena 166 sheet.jpg forest desert snow volcanic

Without a display and without a graphics card; the game waits for each frame's picture. Needs `make test-games`'s builds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import runner
from games import GAMES, Game
from PIL import Image, ImageDraw, ImageFont
from runner import Picture

# Before that many frames the game runs bypassed (F9): the model needs some to have seen the place, menus need none.
_FRAMES_PAINTED = 76
_COLUMNS = 2


def main() -> None:
    """Plays the game once as it is and once a theme."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("game", choices=[game.name for game in GAMES])
    parser.add_argument("frame", type=int, help="as shown, counted from 1")
    parser.add_argument("out", type=Path)
    parser.add_argument("themes", nargs="+")
    parser.add_argument("--painted", type=int, default=_FRAMES_PAINTED, metavar="FRAMES", help="default: %(default)s")
    args = parser.parse_args()
    keys = f"{args.frame - args.painted}:F9"
    (found,) = (game for game in GAMES if game.name == args.game)
    game = replace(found, first=args.frame, last=args.frame, keys=f"{found.keys} {keys}".strip())
    with runner.memory_display(found.height) as display, tempfile.TemporaryDirectory() as folder:
        pictures = {"the game": runner.run(at_frame(found, args.frame), Path(folder) / "alone", display, None)[0]}
        for theme in args.themes:
            report = Path(folder) / f"{theme}.json"
            options = ["--theme", theme, "--lockstep", "--report", str(report)]
            shown = runner.run(
                game, Path(folder) / theme, display, options, {"MIRAGE_LSD_HOOK_BYPASS": "1"}, timeout_s=1800
            )
            if json.loads(report.read_text())["painted"] == 0:
                sys.exit(f"{theme} was not ready in time on this machine; run it again when it has less to do.")
            pictures[theme] = shown[0]
    write_sheet(pictures, args.out)


def at_frame(game: Game, frame: int) -> Game:
    """The game at that frame only, without a key for the hook."""
    return replace(game, first=frame, last=frame)


def write_sheet(pictures: dict[str, Picture], path: Path) -> None:
    """The pictures in two columns, each with its name in a corner."""
    height, width = next(iter(pictures.values())).shape[:2]
    rows = -(-len(pictures) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * width, rows * height))
    draw = ImageDraw.Draw(sheet)
    for i, (name, picture) in enumerate(pictures.items()):
        left, top = i % _COLUMNS * width, i // _COLUMNS * height
        sheet.paste(Image.fromarray(np.ascontiguousarray(picture)), (left, top))
        draw.text((left + 8, top + 6), name, font=ImageFont.load_default(size=18), stroke_width=2, stroke_fill="black")
    sheet.save(path, quality=85)


if __name__ == "__main__":
    main()
