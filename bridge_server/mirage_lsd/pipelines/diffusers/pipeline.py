"""A checkpoint behind the `Pipeline` interface: this side of the process that it runs in."""

from __future__ import annotations

import importlib.util
import itertools
import queue
import threading
import time
import weakref
from collections.abc import Mapping
from typing import Any

from ...controls import Controls, ControlSpec, Notice, Reading
from ...device_process import DeviceProcess
from ...device_process.ring import SlotRing
from ...frame import InputFrame, OutputFrame
from ..base import StreamSpec
from .class_words import class_trouble
from .controls import control_specs
from .files import CheckpointFiles, check_files
from .link import OUTPUT_SLOT, control_fields, frame_bytes, put_frame, spec_fields
from .recipe import Recipe

_WORKER = "mirage_lsd.pipelines.diffusers.worker"
_NEEDED = ("diffusers", "transformers", "peft")
LARGEST_SIDE = 4_096
# A worker that ended is not started anew more often than this.
_RESTART_S = 5.0


class _State:
    """One stream here; what it remembers is in the worker, under the same number."""

    def __init__(self, number: int, spec: StreamSpec) -> None:
        self.number, self.spec = number, spec


class DiffusersPipeline:
    """A Stable Diffusion checkpoint in diffusers format, in a process of its own: whatever its libraries do, the daemon stays.

    `process` is called by one thread; `create_state` may be called by another one meanwhile. When the worker has ended (memory ran out,
    say), the frame is an error and the next one starts another; streams begin anew there.

    Args:
        files: what to load. device: auto, cpu, cuda, cuda:N. recipe: which parts of the temporal pipeline are at work.
        accel, half: what compiles its networks, see `select_graphs.compiled_by`; float16 where TensorRT can.

    Raises:
        ValueError: something is missing or wrong; one sentence.
    """

    planes: tuple[str, ...] = ("color", "depth", "motion", "normal", "ids")
    accepts = frozenset({"cpu"})

    def __init__(
        self, files: CheckpointFiles, device: str = "auto", recipe: Recipe | None = None, *, accel: str = "eager", half: bool = True
    ) -> None:  # fmt: skip
        missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
        check_files(files)
        if missing:
            raise ValueError(
                f"Checkpoints need {', '.join(missing)}, which is not installed: pip install 'mirage-lsd[diffusers]'."
            )
        self.name = files.name
        self._options = {
            "files": files.to_json(), "device": device, "recipe": (recipe or Recipe()).to_json(), "accel": accel, "half": half,
        }  # fmt: skip
        self._numbers = itertools.count(1)
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._lock = threading.Lock()
        self._ring: SlotRing | None = None
        self._forgotten: list[int] = []
        self._ended_at = 0.0
        self._child, ready = self._start()
        self.device = str(ready["device"])
        self.notes: tuple[str, ...] = tuple(ready["notes"])
        self._unsaid = list(self.notes)
        self.controls: tuple[ControlSpec, ...] = control_specs(
            steps=ready["steps"],
            guidance=ready["guidance"],
            controlled=ready["controlled"],
            references=tuple(ready["references"]),
        )

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """The values as they were sent; what of `class_prompts` names no class is said."""
        trouble = class_trouble(str(values.get("class_prompts", "")))
        return Reading(values, () if trouble is None else (Notice("word_unknown", trouble),))

    def create_state(self, spec: StreamSpec) -> _State:
        """A fresh state; takes no time.

        Raises:
            ValueError: the picture is too large.
        """
        largest = max(spec.width, spec.height, spec.output_width, spec.output_height)
        if largest > LARGEST_SIDE:
            raise ValueError(f"A side of {largest} pixels is too large; use up to {LARGEST_SIDE}.")
        state = _State(next(self._numbers), spec)
        # The worker forgets the stream when it hears of the next frame of any other.
        weakref.finalize(state, self._forgotten.append, state.number)
        return state

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame; see `Pipeline.process`.

        Raises:
            RuntimeError: the worker failed or ended.
        """
        assert isinstance(state, _State)
        with self._lock:
            if not self._child.alive:
                self._child = self._restart()
            ring = self._ring_for(frame, state.spec)
            forget = [self._forgotten.pop() for _ in range(len(self._forgotten))]
            self._child.send(
                {
                    "kind": "frame", "stream": state.number, "spec": spec_fields(state.spec), "frame": put_frame(ring, frame),
                    "controls": control_fields(controls), "forget": forget,
                }
            )  # fmt: skip
            answer = self._answer("painted")
            spec = state.spec
            pixels = ring.view(OUTPUT_SLOT, spec.output_height, spec.output_width)
        said = [Notice(code, message) for code, message in answer["notices"]]
        said += [Notice("checkpoint", note) for note in self._unsaid]
        self._unsaid.clear()
        return OutputFrame(pixels, answer["timings_us"], tuple(said))

    def memory(self, state: Any) -> dict[str, int]:
        """Bytes that the worker keeps for one stream, and that its process has in memory: "stream", "process"."""
        with self._lock:
            self._child.send({"kind": "memory", "stream": state.number})
            answer = self._answer("memory")
        return {"stream": answer["stream"], "process": answer["process"]}

    @property
    def worker_pid(self) -> int:
        """The worker's process."""
        return self._child.pid

    def close(self) -> None:
        """Ends the worker. Nothing can be processed any more."""
        self._child.close(1.0)

    def _start(self) -> tuple[DeviceProcess, Mapping[str, Any]]:
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers, self._ring = answers, None
        child = DeviceProcess(_WORKER, self._options, lambda _, message: answers.put(message))
        weakref.finalize(self, child.kill)
        try:
            return child, self._answer("ready")
        except (RuntimeError, ValueError) as error:
            child.kill()
            raise ValueError(str(error)) from None

    def _restart(self) -> DeviceProcess:
        if time.monotonic() - self._ended_at < _RESTART_S:
            raise RuntimeError(f"The process that runs {self.name} has ended; it is started again in a few seconds.")
        try:
            return self._start()[0]
        except ValueError as error:
            self._ended_at = time.monotonic()
            raise RuntimeError(str(error)) from None

    def _answer(self, kind: str) -> Mapping[str, Any]:
        """The worker's next message of a kind; what it refuses is a ValueError here too."""
        while True:
            message = self._answers.get()
            match message["kind"]:
                case "refused":
                    raise ValueError(message["message"])
                case "failed" | "fault":
                    raise RuntimeError(message["message"])
                case "exit":
                    self._ended_at = time.monotonic()
                    why = "memory ran out" if message["code"] in (-9, 137) else f"exit status {message['code']}"
                    raise RuntimeError(
                        f"The process that runs {self.name} has ended ({why}); try a smaller picture or fewer steps."
                    )
                case found if found == kind:
                    return message

    def _ring_for(self, frame: InputFrame, spec: StreamSpec) -> SlotRing:
        """Shared memory with room for the frame and its result; the worker is told of a new one."""
        needed = max(frame_bytes(frame), spec.output_width * spec.output_height * 4)
        if self._ring is None or self._ring.slot_bytes < needed:
            self._ring = SlotRing.create(-(-needed // 4096) * 4096, 2)
            self._child.send({"kind": "planes", "path": str(self._ring.path), "slot_bytes": self._ring.slot_bytes})
        return self._ring
