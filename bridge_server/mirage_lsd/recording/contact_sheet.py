"""A recording at a glance: frames spread over its length, each with its depth and its result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from .codec import RecordedFrame
from .reader import Recording

_WIDTH = 480
_BAR = 22
_BACKGROUND = (18, 18, 22)


def write_contact_sheet(recording: Recording, path: Path, rows: int = 8) -> None:
    """Writes a PNG: at most `rows` frames of each stream, with picture, depth (near is bright) and result side by side."""
    lines: list[Image.Image] = []
    for stream in recording.streams:
        chosen = sorted({round(i) for i in np.linspace(0, max(stream.frames - 1, 0), min(rows, stream.frames))})
        lines.extend(_line(recording.frame(stream.number, index), index) for index in chosen)
    if not lines:
        lines = [Image.new("RGB", (3 * _WIDTH, _BAR), _BACKGROUND)]
    sheet = Image.new("RGB", (max(line.width for line in lines), sum(line.height for line in lines)), _BACKGROUND)
    top = 0
    for line in lines:
        sheet.paste(line, (0, top))
        top += line.height
    sheet.save(path)


def _line(recorded: RecordedFrame, index: int) -> Image.Image:
    frame = recorded.frame
    pictures = [frame.color[..., :3], _depth_picture(frame.depth, frame.color.shape[:2])]
    pictures.append(recorded.result if recorded.result is not None else np.zeros_like(pictures[0]))
    height = round(_WIDTH * frame.color.shape[0] / frame.color.shape[1])
    line = Image.new("RGB", (3 * _WIDTH, height + _BAR), _BACKGROUND)
    for column, picture in enumerate(pictures):
        line.paste(Image.fromarray(np.ascontiguousarray(picture)).resize((_WIDTH, height)), (column * _WIDTH, 0))
    ImageDraw.Draw(line).text((6, height + 3), _caption(recorded, index), font=ImageFont.load_default(size=13))
    return line


def _caption(recorded: RecordedFrame, index: int) -> str:
    words = [f"stream {recorded.stream}, frame {index}, seq {recorded.frame.seq}"]
    for name, value in recorded.controls.values.items():
        if isinstance(value, dict) and value and not name.startswith("_"):
            heaviest = max(value, key=lambda key: value[key])
            words.append(f"{name} {heaviest}" if heaviest else "")
    words.append("reset" if recorded.frame.reset else "")
    words.append(recorded.error)
    return ", ".join(word for word in words if word)


def _depth_picture(depth: npt.NDArray[np.float32] | None, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Reciprocal depth, the nearest hundredth white, sky black."""
    if depth is None:
        return np.zeros((*shape, 3), np.uint8)
    near = np.where(np.isfinite(depth) & (depth > 0), 1.0 / np.maximum(depth, 1e-6), 0.0)
    near /= max(float(np.percentile(near, 99)), 1e-9)
    grey = (255 * np.sqrt(np.clip(near, 0.0, 1.0))).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
