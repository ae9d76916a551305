"""The process that runs a checkpoint: `device_process.child` calls `run`. Nothing here reaches the network, and nothing is unpickled."""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Any

# Before diffusers is imported, and before OpenMP's threads spin while they wait: there is a game on this machine, too.
os.environ.setdefault("GOMP_SPINCOUNT", "3000")
os.environ.update(
    HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1", DIFFUSERS_OFFLINE="1"
)

import psutil
import torch

from ...accel.cores import usable_cores
from ...accel.select import resolve_device
from ...device_process.child import Port
from ...device_process.ring import SlotRing
from .files import CheckpointFiles
from .link import OUTPUT_SLOT, controls_of, spec_of, take_frame
from .loading import Checkpoint, load_checkpoint
from .painter import Painter
from .recipe import Recipe
from .select_graphs import compiled_by
from .state import StreamState

# Streams that are remembered at once; one that is forgotten begins anew.
_MOST_STREAMS = 8
_CPU_NOTE_PIXELS = 256 * 256


def run(port: Port) -> None:
    """Loads the checkpoint that the options name, then paints what comes until the parent says `close` or is gone."""
    options = port.options
    try:
        device = resolve_device(options["device"])
        if device.type == "cpu":
            torch.set_num_threads(usable_cores())
        checkpoint = load_checkpoint(CheckpointFiles.from_json(options["files"]), device)
        checkpoint.compiled = compiled_by(options["accel"], checkpoint, half=options["half"])
        painter = Painter(checkpoint, Recipe(**options["recipe"]))
    except ValueError as error:
        port.tell("refused", message=str(error))
        return
    port.tell(
        "ready", device=str(device), steps=checkpoint.steps, guidance=checkpoint.guidance,
        controlled=bool(checkpoint.controlnets or checkpoint.adapters), notes=_notes(checkpoint),
        references=[] if checkpoint.references is None else list(checkpoint.references.names),
    )  # fmt: skip
    desk = _Worker(port, painter)
    while not port.closing.is_set():
        message = port.wait_message(0.5)
        if message is not None:
            desk.obey(message)


class _Worker:
    def __init__(self, port: Port, painter: Painter) -> None:
        self._port, self._painter = port, painter
        self._ring: SlotRing | None = None
        self._states: OrderedDict[int, StreamState] = OrderedDict()

    def obey(self, message: dict[str, Any]) -> None:
        """One message of the parent's."""
        match message["kind"]:
            case "planes":
                self._ring = SlotRing.attach(message["path"], message["slot_bytes"], 2)
            case "frame":
                self._paint(message)
            case "memory":
                state = self._states.get(message["stream"])
                held = 0 if state is None else state.bytes
                self._port.tell("memory", stream=held, process=psutil.Process().memory_info().rss)

    def _paint(self, message: dict[str, Any]) -> None:
        assert self._ring is not None
        for number in message["forget"]:
            self._states.pop(number, None)
        try:
            state = self._state(message["stream"], message["spec"])
            painted = self._painter.paint(
                take_frame(self._ring, message["frame"]), state, controls_of(message["controls"])
            )
        except ValueError as error:
            self._port.tell("refused", message=str(error))
            return
        except Exception as error:  # a frame's fault must not end the process
            self._port.tell("failed", message=f"{type(error).__name__}: {error}"[:300])
            return
        height, width = painted.pixels.shape[:2]
        self._ring.view(OUTPUT_SLOT, height, width)[:] = painted.pixels
        self._port.tell("painted", timings_us=painted.timings_us, notices=painted.notices)

    def _state(self, number: int, fields: dict[str, Any]) -> StreamState:
        if number not in self._states:
            self._states[number] = StreamState(spec_of(fields))
            while len(self._states) > _MOST_STREAMS:
                self._states.popitem(last=False)
        self._states.move_to_end(number)
        return self._states[number]


def _notes(checkpoint: Checkpoint) -> list[str]:
    notes = list(checkpoint.notes)
    if checkpoint.device.type == "cpu" and checkpoint.native_pixels > _CPU_NOTE_PIXELS:
        notes.append("This checkpoint runs on the CPU, where a picture takes seconds; it was made for a GPU.")
    return notes
