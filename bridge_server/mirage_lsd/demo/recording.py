"""What the demo leaves: a video with grey-box, result and what the engine paints by itself side by side, and a contact sheet."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

FPS = 24
_BAR = 28
_GAP = 8
Picture = npt.NDArray[np.uint8]


def _captioned(picture: Image.Image, texts: list[tuple[int, str]]) -> Image.Image:
    """A bar under the picture with texts at pixel columns."""
    sheet = Image.new("RGB", (picture.width, picture.height + _BAR), (18, 18, 22))
    sheet.paste(picture, (0, 0))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for x, text in texts:
        draw.text((x + 8, picture.height + 5), text, fill=(225, 225, 230), font=font)
    return sheet


def side_by_side(columns: list[tuple[Picture, str]]) -> Image.Image:
    """Pictures with a caption under each, left to right. They are H x W x 4 or H x W x 3; all get the size of the first."""
    height, width = columns[0][0].shape[:2]
    row = Image.new("RGB", (len(columns) * width, height))
    for i, (picture, _) in enumerate(columns):
        row.paste(Image.fromarray(np.ascontiguousarray(picture[..., :3])).resize((width, height)), (i * width, 0))
    return _captioned(row, [(i * width, caption) for i, (_, caption) in enumerate(columns)])


class Video:
    """An H.264 file of `columns` pictures beside each other, frame after frame.

    Raises:
        OSError: ffmpeg can't write it (a full disk, say).
    """

    def __init__(self, path: Path, width: int, height: int, columns: int) -> None:
        self.path = path
        # The codec wants even sides.
        self._size = (columns * width // 2 * 2, (height + _BAR) // 2 * 2)
        self._writer: Generator[None, Any, None] = imageio_ffmpeg.write_frames(
            str(path), self._size, fps=FPS, codec="libx264", quality=8, macro_block_size=2, ffmpeg_log_level="error"
        )
        self._writer.send(None)

    def add(self, frame: Image.Image) -> None:
        """Appends a picture of `side_by_side`."""
        self._writer.send(np.asarray(frame.crop((0, 0, *self._size))).tobytes())

    def close(self) -> None:
        """Finishes the file."""
        self._writer.close()


def contact_sheet(moments: list[tuple[str, list[tuple[Picture, Picture]]]], path: Path) -> None:
    """One row a theme: (title, [(grey-box, result), ...])."""
    rows = []
    for title, pairs in moments:
        small = []
        for grey, result in pairs:
            height, width = grey.shape[:2]
            size = (480, round(480 * height / width))
            for picture in (grey, result):
                image = Image.fromarray(np.ascontiguousarray(picture[..., :3]))
                small.append(image.resize(size, Image.Resampling.LANCZOS))
        row = Image.new("RGB", (len(small) // 2 * (960 + _GAP) - _GAP, small[0].height), (18, 18, 22))
        for i, image in enumerate(small):
            row.paste(image, (i // 2 * (960 + _GAP) + i % 2 * 480, 0))
        rows.append(_captioned(row, [(0, title)]))
    sheet = Image.new("RGB", (max(row.width for row in rows), sum(row.height for row in rows)))
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    sheet.save(path)
