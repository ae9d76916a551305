"""Converts the network that comes through standard input: `python -m mirage_lsd.accel.conversion_child PATH BYTES`."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

# Streams that run come first; on Windows the parent has said so already.
_NICER = 5


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICER)
    path, size = Path(sys.argv[1]), int(sys.argv[2])
    network = sys.stdin.buffer.read(size)
    if len(network) < size:
        sys.exit("the daemon ended")
    threading.Thread(target=_end_with_parent, daemon=True).start()

    import torch

    from .conversion import convert, write

    torch.set_num_threads(1)
    # What the parent itself has just written into the pipe: no stranger's pickle.
    module, example = torch.load(io.BytesIO(network), weights_only=False)
    write(convert(module, example), path)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # returns when the parent's end closes
    os._exit(1)


if __name__ == "__main__":
    main()
