"""OpenVINO on the CPU: measured three to ten times faster than eager PyTorch on these networks."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import structlog
import torch
from torch import Tensor, nn

from ..cache_folder import cache_folder
from ..openvino_core import forbid_usage_reports, openvino_core
from .base import CompiledModule
from .cache import conversion_key
from .conversion import convert, read, write
from .conversion_process import convert_apart
from .cores import usable_cores

forbid_usage_reports()
import openvino as ov  # noqa: E402

_log = structlog.get_logger(__name__)


class OpenVinoBackend:
    """Compiles modules for the CPU; bfloat16 where the CPU has it. Conversions are kept in `cache_folder()`.

    Args:
        threads: that a network may use; None: `usable_cores()`.
    """

    name = "openvino"

    def __init__(self, threads: int | None = None) -> None:
        self._core = openvino_core()
        # Threads that have run a network: a conversion on another one must not keep them waiting.
        self._callers: set[int] = set()
        self.threads = threads or usable_cores()
        capabilities = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bf16" if "BF16" in capabilities else "fp32"

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """Traces, converts and compiles the module for the example's shapes. The result may be called by several threads."""
        model = self._converted(module, example)
        precision = ov.Type.f32 if exact or self.precision == "fp32" else ov.Type.bf16
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": self.threads,
            "INFERENCE_PRECISION_HINT": precision,
            # The engine and the kernels share the cores: a pinned thread would wait where another runs (measured: 23 to 26 frames a second).
            "ENABLE_CPU_PINNING": False,
        }
        compiled = self._core.compile_model(model, "CPU", options)
        outputs = len(compiled.outputs)
        # A request's outputs are overwritten by its next call, so each thread has its own.
        requests = threading.local()

        def call(*inputs: Tensor) -> tuple[Tensor, ...]:
            request = getattr(requests, "mine", None)
            if request is None:
                request = requests.mine = compiled.create_infer_request()
                self._callers.add(threading.get_ident())
            arrays = [np.ascontiguousarray(x.numpy()) for x in inputs]
            results = request.infer(arrays, share_inputs=True, share_outputs=True)
            return tuple(torch.from_numpy(results[i]) for i in range(outputs))

        return call

    def _converted(self, module: nn.Module, example: tuple[Tensor, ...]) -> ov.Model:
        path = cache_folder() / f"{conversion_key(module, example, ov.__version__)}.xml"
        if (kept := self._kept(path)) is not None:
            return kept
        if self._callers - {threading.get_ident()} and (apart := self._converted_apart(module, example, path)):
            return apart
        model = convert(module, example)
        try:
            write(model, path)
        except (OSError, RuntimeError) as error:  # only costs the next start some seconds
            _log.warning(
                "conversion_not_kept", path=str(path), error=str(error), consequence="the next start converts again"
            )
        return model

    def _converted_apart(self, module: nn.Module, example: tuple[Tensor, ...], path: Path) -> ov.Model | None:
        try:
            convert_apart(module, example, path)
        except (OSError, RuntimeError) as error:
            _log.warning("conversion_not_apart", error=str(error), consequence="other streams may stand still a moment")
            return None
        return self._kept(path)

    def _kept(self, path: Path) -> ov.Model | None:
        """The conversion of an earlier start, if it is there and whole."""
        try:
            return read(self._core, path)
        except FileNotFoundError:
            return None
        except (OSError, RuntimeError, UnicodeDecodeError) as error:
            _log.warning("conversion_cache_damaged", path=str(path), error=str(error), consequence="converting again")
            return None
