"""A client as a process of its own: plays frames out of a file to a daemon, one after the other, and keeps what comes back.

python play_frames.py ENDPOINT CLIENT_KEY|- FRAMES.npz OUT.npz contexts|pictures WIDTH HEIGHT
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from mirage_lsd.client import Camera, Client, Stream

PATIENCE_S = 120.0


def keys_of(path: str) -> dict[str, Any]:
    """The keys in a client's key file; "-": none."""
    if path == "-":
        return {}
    found = re.findall(r"(\w+) = (\S{40})", Path(path).read_text(encoding="ascii"))
    return {f"{name}_key": key for name, key in found}


def play(stream: Stream, frames: Any, contexts: bool) -> dict[str, Any]:
    """Every frame waits for its result: no frame is left out."""
    kept: dict[str, Any] = {}
    for i in range(len(frames["color"])):
        camera = Camera(frames["view"][i], frames["projection"][i])
        began = time.monotonic()
        seq = stream.submit(frames["color"][i], frames["depth"][i], camera=camera)
        assert seq is not None
        while True:
            found = stream.acquire_context() if contexts else stream.acquire()
            if found is not None and found.seq == seq:
                break
            if time.monotonic() - began > PATIENCE_S:
                raise SystemExit(f"Frame {i} did not come back: {stream.last_error}")
            time.sleep(0.001)
        kept[f"seconds_{i}"] = time.monotonic() - began
        if not contexts:
            kept[f"picture_{i}"] = found.pixels.copy()
            continue
        weights = found.weights
        kept[f"context_{i}"] = found.values
        kept[f"weights_{i}"] = weights.numbers
        kept[f"generation_{i}"] = weights.generation
        for name in ("seed", "sun", "palette", "strength"):
            kept[f"{name}_{i}"] = np.asarray(getattr(weights, name), np.float32)
    return kept


def main(endpoint: str, keys: str, frames: str, out: str, what: str, width: str, height: str) -> None:
    loaded = dict(np.load(frames))
    contexts = what == "contexts"
    rows, columns = loaded["depth"].shape[1:]
    with (
        Client(endpoint, **keys_of(keys)) as client,
        client.open_stream(
            columns,
            rows,
            output_size=(int(width), int(height)),
            output_format="context" if contexts else "rgba8",
            transport="inline",
        ) as stream,
    ):
        if not stream.wait_open(PATIENCE_S):
            raise SystemExit(f"The stream did not open: {stream.last_error or client.last_error}")
        stream.control(scene="forest", lighting="sunset")
        np.savez(out, **play(stream, loaded, contexts))


if __name__ == "__main__":
    main(*sys.argv[1:])
