"""Networks as TensorRT engines on an NVIDIA card. Never run on one so far: an engine that doesn't give what PyTorch gives is not used."""

from __future__ import annotations

import importlib.util
import threading

import structlog
import torch
from torch import Tensor, nn

from ..cache_folder import cache_folder
from ..cuda.driver import CudaDriver, CudaError
from ..plan_cache import PlanCache
from .base import Backend, CompiledModule
from .cache import conversion_key
from .card_memory import CardMemory, DriverMemory, TorchMemory
from .onnx_export import export_onnx, input_names, output_names
from .tensorrt_builder import TensorRtBuilder, TensorRtEngine, TensorRtError
from .verified import DifferentResultError, OrElse, Reference, Shape, check_shapes

_log = structlog.get_logger(__name__)
# CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
_CAPABILITY = (75, 76)
# See `Reference.check`. The trunk in half precision is off by 0.004.
_MOST_OFF_HALF, _MOST_OFF = 0.05, 0.01


class TensorRtBackend:
    """Compiles modules to engines, which are kept in `cache_folder()`; what can't be compiled runs by `fallback`, with a line in the log.

    Args:
        device: CUDA: tensors stay on the card. CPU: those in host memory are copied to the first card and back, so that a PyTorch for CPUs suffices.
        half: float16 where autocast has it.

    Raises:
        TensorRtError: there is no TensorRT, or it doesn't know the card; or no onnx.
        CudaError: there is no card, or a package is missing.
    """

    name = "tensorrt"

    def __init__(self, device: torch.device, fallback: Backend, *, half: bool = True) -> None:
        self._device, self._fallback, self._half = device, fallback, half
        self.precision = "fp16" if half else "fp32"
        self._driver = CudaDriver(device.index or 0)
        with self._driver.current():
            card = self._driver.call("cuDeviceGet", self._driver.device)
            version = self._driver.call("cuDriverGetVersion")
            major, minor = (self._driver.attribute(which, card) for which in _CAPABILITY)
        self._builder = TensorRtBuilder((major, minor))
        if importlib.util.find_spec("onnx") is None:
            raise TensorRtError("The package onnx is missing: pip install 'mirage-lsd[tensorrt]'.")
        self._cache = PlanCache(cache_folder())
        self._made_for = {
            "card": f"{self._driver.name}, compute capability {major}.{minor}",
            "driver": str(version),
            "compiler": self._builder.version,
        }

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """See `Backend.compile`. May be called beside threads that run other modules; the first time it takes seconds."""
        try:
            engine = self.build(module, example, half=self._half and not exact)
        except (
            Exception
        ) as error:  # an upgrade of TensorRT or of the exporter may raise anything, and must not stop the daemon
            self._tell(error)
            return self._fallback.compile(module, example, exact=exact)
        return OrElse(engine, lambda: self._fallback.compile(module, example, exact=exact), self._tell)

    def build(self, module: nn.Module, example: tuple[Tensor, ...], *, half: bool) -> CompiledModule:
        """An engine that was seen to give what the module gives; from the cache where there is one for this card, driver and network.

        Raises:
            TensorRtError, CudaError, RuntimeError: there is none to be had; one sentence.
        """
        reference = Reference(module, example)
        made_for = {
            **self._made_for, "precision": "fp16" if half else "fp32", "network": conversion_key(module, example),
        }  # fmt: skip
        if (kept := self._cache.read(made_for)) is not None:
            try:
                return self._running(kept, reference, half=half)
            except (TensorRtError, CudaError, DifferentResultError) as error:
                self._cache.drop(made_for)
                _log.warning("plan_stale", error=str(error), consequence="building again")
        with self._driver.current():
            graph = export_onnx(reference.module, example, len(reference.outputs), half=half)
            plan = self._builder.build(graph, exact=not half)
        running = self._running(plan, reference, half=half)
        self._cache.write(made_for, plan)
        return running

    def _running(self, plan: bytes, reference: Reference, *, half: bool) -> CompiledModule:
        with self._driver.current():
            engine = self._builder.load(plan)
        memory = TorchMemory(self._device) if self._device.type == "cuda" else DriverMemory(self._driver)
        running = _Running(engine, memory, reference.input_shapes, reference.output_shapes)
        reference.check(running, _MOST_OFF_HALF if half else _MOST_OFF)
        return running

    def _tell(self, error: Exception) -> None:
        said = " ".join(str(error).split())[:300] or type(error).__name__
        _log.warning("tensorrt_not_used", error=said, consequence=f"this network runs by {self._fallback.name}")


class _Running:
    """An engine with its memory. May be called by several threads; each call's outputs are its own."""

    def __init__(self, engine: TensorRtEngine, memory: CardMemory, inputs: list[Shape], outputs: list[Shape]) -> None:
        self._engine, self._memory, self._inputs, self._outputs = engine, memory, inputs, outputs
        entering, leaving = input_names(len(inputs)), output_names(len(outputs))
        self._names = (*entering, *leaving)
        engine.check(dict(zip(entering, inputs, strict=True)), dict(zip(leaving, outputs, strict=True)))
        self._one_at_a_time = threading.Lock()

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        check_shapes(inputs, self._inputs)
        with self._one_at_a_time:
            return self._memory.run(inputs, self._outputs, self._enqueue)

    def _enqueue(self, entering: list[int], leaving: list[int], stream: int) -> None:
        self._engine.enqueue(dict(zip(self._names, (*entering, *leaving), strict=True)), stream)
