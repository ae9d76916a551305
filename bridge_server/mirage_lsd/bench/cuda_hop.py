"""One hop of a frame that stays on the card, engine to daemon, in two processes."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

import numpy as np

from ..client import Client, now_ns
from ..client.local_daemon import DaemonProcess
from ..cuda.array import CudaArray
from ..cuda.driver import CudaDriver
from .errors import BenchError
from .one_frame import wait_until_open
from .samples import Samples

_WARM_UP_FRAMES = 10
_OPEN_S = 60.0
_RESULT_S = 5.0
_POLL_S = 50e-6


def measure_cuda_hop(size: tuple[int, int], frames: int, card: int = 0) -> dict[str, Any]:
    """Sends color and depth from the card's memory to a daemon of its own (model passthrough), one frame in flight.

    Args:
        size: width and height. frames: measured. card: its number in this process.

    Returns:
        `hop_ms`: from the entry of `submit` to the daemon's acceptance of the frame; `round_trip_ms`: to the acquired result, each as p50,
        p95 and max; `wrong`: results of the last frame that differ from it, of one; `transport`, `refused`.

    Raises:
        BenchError: no daemon, or no results. CudaError: no card.
    """
    width, height = size
    picture = np.random.default_rng(0).integers(0, 256, (height, width, 4), dtype=np.uint8)
    hop, round_trip = Samples(), Samples()
    driver = CudaDriver(card)
    with ExitStack() as stack:
        stack.callback(driver.close)
        stack.enter_context(driver.current())
        daemon = stack.enter_context(DaemonProcess("passthrough"))
        client = stack.enter_context(Client(daemon.endpoint, name="mirage-lsd bench gpu"))
        work = driver.create_stream()
        stack.callback(driver.destroy_stream, work)
        addresses = [driver.allocate(picture.nbytes) for _ in range(2)]
        for address in addresses:
            stack.callback(driver.free, address)
            driver.call("cuMemcpyHtoD", address, picture.ctypes.data, picture.nbytes)
        color = CudaArray(addresses[0], picture.shape, picture.dtype, card)
        depth = CudaArray(addresses[1], picture.shape[:2], np.dtype(np.float32), card)
        stream = client.open_stream(width, height, model="passthrough", cuda_device=card, cuda_stream=work)
        stack.callback(stream.close)
        wait_until_open(client, stream, _OPEN_S)
        result = None
        for i in range(-_WARM_UP_FRAMES, frames):
            started = time.perf_counter()
            stream.submit(color, depth, t_capture_ns=now_ns())
            while (result := stream.acquire()) is None:
                if time.perf_counter() - started > _RESULT_S:
                    raise BenchError(
                        f"a frame did not come back within {_RESULT_S:.0f} s. {stream.last_error}".rstrip()
                    )
                time.sleep(_POLL_S)
            if i >= 0:
                hop.add((result.t_receive_ns - result.t_submit_ns) / 1e6)
                round_trip.add((result.t_acquire_ns - result.t_capture_ns) / 1e6)
        assert result is not None
        seen = np.empty_like(picture)
        driver.call("cuMemcpyDtoH", seen.ctypes.data, result.pixels.address, seen.nbytes)
        transport = stream.stats().transport
    return {
        "width": width,
        "height": height,
        "frames": frames,
        "transport": transport,
        "hop_ms": hop.p50_p95_max(),
        "round_trip_ms": round_trip.p50_p95_max(),
        "wrong": int((seen != picture).any()),
    }
