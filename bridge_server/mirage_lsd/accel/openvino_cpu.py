"""OpenVINO on the CPU: measured three to ten times faster than eager PyTorch on these networks."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import warnings
from pathlib import Path

import numpy as np
import structlog
import torch
from torch import Tensor, nn

from ..cache_folder import cache_folder
from ..openvino_core import forbid_usage_reports, openvino_core
from .base import CompiledModule
from .cache import conversion_key
from .cores import usable_cores

forbid_usage_reports()
import openvino as ov  # noqa: E402

_log = structlog.get_logger(__name__)

# Tracing changes Python's warning filters, which belong to the whole process. Only threads that convert wait for each other.
_converting = threading.Lock()
# Beside a conversion's .xml and .bin, written last.
_DIGEST = ".sha256"


class OpenVinoBackend:
    """Compiles modules for the CPU; bfloat16 where the CPU has it. Conversions are kept in `cache_folder()`.

    Args:
        threads: that a network may use; None: `usable_cores()`.
    """

    name = "openvino"

    def __init__(self, threads: int | None = None) -> None:
        self._core = openvino_core()
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
            arrays = [np.ascontiguousarray(x.numpy()) for x in inputs]
            results = request.infer(arrays, share_inputs=True, share_outputs=True)
            return tuple(torch.from_numpy(results[i]) for i in range(outputs))

        return call

    def _converted(self, module: nn.Module, example: tuple[Tensor, ...]) -> ov.Model:
        path = cache_folder() / f"{conversion_key(module, example, ov.__version__)}.xml"
        if (kept := self._kept(path)) is not None:
            return kept
        with _converting, warnings.catch_warnings(), torch.no_grad():
            # The tracer warns about shapes that become constants; constants are what is wanted here.
            warnings.simplefilter("ignore")
            model = ov.convert_model(module.eval(), example_input=example, input=[tuple(x.shape) for x in example])
        self._keep(model, path)
        return model

    def _kept(self, path: Path) -> ov.Model | None:
        """The conversion of an earlier start, if it is there and whole."""
        try:
            # OpenVINO notices a file that is too short, but not one whose end was never written before the power failed.
            if path.with_suffix(_DIGEST).read_text(encoding="ascii") != _digest_of(path):
                raise RuntimeError("its checksum is another")
            return self._core.read_model(path)
        except FileNotFoundError:
            return None
        except (OSError, RuntimeError, UnicodeDecodeError) as error:
            _log.warning("conversion_cache_damaged", path=str(path), error=str(error), consequence="converting again")
            return None

    def _keep(self, model: ov.Model, path: Path) -> None:
        """Best effort: a read-only or full disk only costs the next start some seconds."""
        # Two daemons may start on one empty folder at the same time: each writes files of its own.
        partial = path.with_name(f"partial-{os.getpid()}-{threading.get_ident()}-{path.name}")
        files = [partial.with_suffix(suffix) for suffix in (".bin", ".xml", _DIGEST)]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            ov.save_model(model, partial, compress_to_fp16=False)
            partial.with_suffix(_DIGEST).write_text(_digest_of(partial), encoding="ascii")
            for file in files:
                file.replace(path.with_suffix(file.suffix))
        except (OSError, RuntimeError) as error:
            _log.warning(
                "conversion_not_kept", path=str(path), error=str(error), consequence="the next start converts again"
            )
            with contextlib.suppress(OSError):
                for file in files:
                    file.unlink(missing_ok=True)


def _digest_of(path: Path) -> str:
    """Of a conversion's two files."""
    digest = hashlib.sha256()
    for suffix in (".bin", ".xml"):
        digest.update(path.with_suffix(suffix).read_bytes())
    return digest.hexdigest()
