"""OpenVINO on the CPU: measured three to ten times faster than eager PyTorch on these networks."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import openvino as ov
import structlog
import torch
from torch import Tensor, nn

from ..cache_folder import cache_folder
from .base import CompiledModule
from .cache import conversion_key
from .cores import usable_cores

_log = structlog.get_logger(__name__)


class OpenVinoBackend:
    """Compiles modules for the CPU; bfloat16 where the CPU has it. Conversions are kept in `cache_folder()`."""

    name = "openvino"

    def __init__(self) -> None:
        self._core = ov.Core()
        capabilities = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bf16" if "BF16" in capabilities else "fp32"

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """Traces, converts and compiles the module for the example's shapes."""
        model = self._converted(module, example)
        precision = ov.Type.f32 if exact or self.precision == "fp32" else ov.Type.bf16
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": usable_cores(),
            "INFERENCE_PRECISION_HINT": precision,
            # The engine and the kernels share the cores: a pinned thread would wait where another runs (measured: 23 to 26 frames a second).
            "ENABLE_CPU_PINNING": False,
        }
        compiled = self._core.compile_model(model, "CPU", options)
        request = compiled.create_infer_request()
        outputs = len(compiled.outputs)

        def call(*inputs: Tensor) -> tuple[Tensor, ...]:
            arrays = [np.ascontiguousarray(x.numpy()) for x in inputs]
            results = request.infer(arrays, share_inputs=True, share_outputs=True)
            return tuple(torch.from_numpy(results[i]) for i in range(outputs))

        return call

    def _converted(self, module: nn.Module, example: tuple[Tensor, ...]) -> ov.Model:
        path = cache_folder() / f"{conversion_key(module, example, ov.__version__)}.xml"
        if path.is_file():
            try:
                return self._core.read_model(path)
            except RuntimeError as error:
                _log.warning(
                    "conversion_cache_damaged", path=str(path), error=str(error), consequence="converting again"
                )
        with warnings.catch_warnings(), torch.no_grad():
            # The tracer warns about shapes that become constants; constants are what is wanted here.
            warnings.simplefilter("ignore")
            model = ov.convert_model(module.eval(), example_input=example, input=[tuple(x.shape) for x in example])
        self._keep(model, path)
        return model

    def _keep(self, model: ov.Model, path: Path) -> None:
        """Best effort: a read-only or full disk only costs the next start some seconds."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"partial-{path.name}")
            ov.save_model(model, partial, compress_to_fp16=False)
            partial.with_suffix(".bin").replace(path.with_suffix(".bin"))
            partial.replace(path)
        except (OSError, RuntimeError) as error:
            _log.warning(
                "conversion_not_kept", path=str(path), error=str(error), consequence="the next start converts again"
            )
