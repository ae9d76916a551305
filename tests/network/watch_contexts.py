"""A client as a process of its own: sends a frame every fifth of a second and says, a JSON line each, what context it has.

python watch_contexts.py ENDPOINT CLIENT_KEY|- WIDTH HEIGHT
"""

from __future__ import annotations

import json
import sys
import time

from play_frames import keys_of

from mirage_lsd.bench.greybox_frames import greybox_frames
from mirage_lsd.client import Client

PAUSE_S = 0.2


def main(endpoint: str, keys: str, width: str, height: str) -> None:
    with Client(endpoint, **keys_of(keys)) as client:
        output = int(width), int(height)
        size = client.context_plane_size(*output)
        frames = greybox_frames(*size)
        stream = client.open_stream(*size, output_size=output, output_format="context", transport="inline")
        number = 0
        while True:
            frame = frames[number % len(frames)]
            stream.submit(frame.color, frame.depth, camera=frame.camera)
            number += 1
            context, notice = stream.acquire_context(), stream.next_notice()
            said = {
                "state": stream.state.name,
                "seq": context.seq if context is not None else 0,
                "age_ms": context.age_ms if context is not None else 0.0,
                "generation": context.weights.generation if context is not None else 0,
                "notice": notice.code if notice is not None else "",
            }
            print(json.dumps(said), flush=True)
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
