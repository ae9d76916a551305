"""Paints one frame on the stand-in for a card, stream after stream: test_card_frames.py looks at what comes out.

card_streams.py OUT.npy [forget]: forget: no stream waits for another one.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from scenes import shipped_model

from mirage_lsd.cuda.driver import CudaDriver
from mirage_lsd.cuda.kernels import kernels_of
from mirage_lsd.cuda.memory import CardBlock
from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.composite import Mix
from mirage_lsd.pipelines.device_composite import DeviceComposite
from mirage_lsd.pipelines.mirage.card_frames import CardFrames
from mirage_lsd.pipelines.mirage.gpu_shade import trial_frame

SIZE, BUSY = (32, 48), 12


def main() -> None:
    head = shipped_model().head
    card = CardFrames(head, kernels_of(), torch.device("cpu"))
    inputs, context, controls = trial_frame(head, SIZE)
    there = card.inputs_there(inputs)
    frame = InputFrame(0, there.color)
    driver = kernels_of().driver
    if "forget" in sys.argv:
        CudaDriver.wait_for_stream = lambda *_: None  # type: ignore[method-assign]
    scratch, composite = CardBlock(driver, 4), DeviceComposite(0)
    card.anchor(frame, there, SIZE)
    with driver.current():
        # The card has other things to do first.
        for _ in range(BUSY):
            driver.call("cuMemsetD2D8Async", scratch.address, 4, 0, 4, 1, card.shade_stream)
    painted = card.shade(there, context, controls, SIZE)
    mixed = composite.mixed(painted, frame, Mix(0.5))
    seen = np.empty((*SIZE, 4), np.uint8)
    with driver.current():
        driver.call("cuMemcpyDtoHAsync", seen.ctypes.data, mixed.address, seen.nbytes, mixed.stream)
        driver.synchronize(mixed.stream or 0)
        driver.synchronize(card.shade_stream)
    np.save(sys.argv[1], seen)


if __name__ == "__main__":
    main()
