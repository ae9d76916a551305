"""Networks on a GPU of any vendor through Vulkan, by ncnn. What it converts is tried against PyTorch before it is used."""

from __future__ import annotations

import importlib
import json
import subprocess
import tempfile
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import structlog
import torch
from torch import Tensor, nn

from ..cache_folder import cache_folder
from ..plan_cache import PlanCache
from .base import Backend, CompiledModule
from .cache import conversion_key
from .gpu import GpuUnavailableError
from .tracing import tracing
from .verified import OrElse, Reference, Shape, check_shapes

_log = structlog.get_logger(__name__)
_MISSING = "The packages ncnn and pnnx are missing: pip install 'mirage-lsd[vulkan]'."
# ncnn's words for kinds of devices.
_SOFTWARE = 3
_MOST_OFF = 0.01
_CONVERSION_TIMEOUT_S = 600.0
# In half precision ncnn's shaders gave something else than the trunk on the one driver that was tried (llvmpipe).
_HALF_OPTIONS = ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage")


class NcnnBackend:
    """Converts modules by pnnx, keeps the conversions in `cache_folder()`, and runs them by ncnn's Vulkan shaders in float32; what can't be
    converted runs by `fallback`, with a line in the log. Tensors are copied from host memory and back.

    Attributes:
        adapter: the device's name. software: it is a driver that computes on the CPU.

    Raises:
        GpuUnavailableError: a package, a driver or a device is missing.
    """

    name = "vulkan"
    precision = "fp32"

    def __init__(self, fallback: Backend) -> None:
        self._fallback = fallback
        self._ncnn, self._pnnx = _load("ncnn"), _load("pnnx")
        if self._ncnn.get_gpu_count() == 0:
            raise GpuUnavailableError("ncnn finds no device with Vulkan here; is its driver installed?")
        self._device = int(self._ncnn.get_default_gpu_index())
        info = self._ncnn.get_gpu_info(self._device)
        self.adapter, self.software = str(info.device_name()), int(info.type()) == _SOFTWARE
        self._cache = PlanCache(cache_folder())
        self._compiler = f"ncnn {_version('ncnn')}, pnnx {_version('pnnx')}"

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """See `Backend.compile`; everything is float32. The first time it takes seconds."""
        try:
            network = self.build(module, example)
        except Exception as error:  # an upgrade of ncnn may raise anything, and must not stop the daemon
            self._tell(error)
            return self._fallback.compile(module, example, exact=exact)
        return OrElse(network, lambda: self._fallback.compile(module, example, exact=exact), self._tell)

    def build(self, module: nn.Module, example: tuple[Tensor, ...]) -> CompiledModule:
        """A network that was seen to give what the module gives.

        Raises:
            RuntimeError, OSError, subprocess.SubprocessError: there is none to be had.
        """
        reference = Reference(module, example)
        if any(shape[0] != 1 for shape in (*reference.input_shapes, *reference.output_shapes)):
            raise RuntimeError("ncnn takes one picture at a time")
        made_for = {"compiler": self._compiler, "network": conversion_key(module, example)}
        if (kept := self._cache.read(made_for)) is not None:
            try:
                return self._running(kept, reference)
            except (RuntimeError, ValueError, KeyError) as error:
                self._cache.drop(made_for)
                _log.warning("plan_stale", error=str(error), consequence="converting again")
        converted = self._convert(reference)
        running = self._running(converted, reference)
        self._cache.write(made_for, converted)
        return running

    def _convert(self, reference: Reference) -> bytes:
        """ncnn's two files as one."""
        with tempfile.TemporaryDirectory(prefix="mirage-lsd-") as folder:
            with tracing():
                torch.jit.trace(reference.module, reference.inputs).save(f"{folder}/network.pt")  # type: ignore[no-untyped-call]
            shapes = ",".join(f"[{','.join(map(str, shape))}]" for shape in reference.input_shapes)
            done = subprocess.run(
                [self._pnnx.EXEC_PATH, "network.pt", f"inputshape={shapes}", "fp16=0", "device=cpu"],
                cwd=folder, capture_output=True, text=True, errors="replace", timeout=_CONVERSION_TIMEOUT_S, check=False,
            )  # fmt: skip
            structure, weights = Path(folder, "network.ncnn.param"), Path(folder, "network.ncnn.bin")
            if done.returncode != 0 or not structure.is_file() or not weights.is_file():
                said = (done.stderr or done.stdout).strip().splitlines()
                raise RuntimeError(f"pnnx can't convert it ({said[-1] if said else done.returncode})")
            head = json.dumps({"structure": structure.stat().st_size}).encode() + b"\n"
            return head + structure.read_bytes() + weights.read_bytes()

    def _running(self, converted: bytes, reference: Reference) -> CompiledModule:
        running = _Running(self._ncnn, self._device, converted, reference.input_shapes, reference.output_shapes)
        reference.check(running, _MOST_OFF)
        return running

    def _tell(self, error: Exception) -> None:
        said = " ".join(str(error).split())[:300] or type(error).__name__
        _log.warning("vulkan_not_used", error=said, consequence=f"this network runs by {self._fallback.name}")


class _Running:
    """A network on the device. May be called by several threads; each call's outputs are its own."""

    def __init__(self, ncnn: Any, device: int, converted: bytes, inputs: list[Shape], outputs: list[Shape]) -> None:
        self._ncnn, self._inputs, self._outputs = ncnn, inputs, outputs
        head, _, files = converted.partition(b"\n")
        length = json.loads(head)["structure"]
        self._net = ncnn.Net()
        self._net.opt.use_vulkan_compute = True
        for option in _HALF_OPTIONS:
            setattr(self._net.opt, option, False)
        self._net.set_vulkan_device(device)
        with tempfile.TemporaryDirectory(prefix="mirage-lsd-") as folder:
            structure, weights = Path(folder, "structure"), Path(folder, "weights")
            structure.write_bytes(files[:length])
            weights.write_bytes(files[length:])
            # An operation that ncnn doesn't know is refused here.
            if self._net.load_param(str(structure)) != 0 or self._net.load_model(str(weights)) != 0:
                raise RuntimeError("ncnn can't load the network")
        self._one_at_a_time = threading.Lock()

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        check_shapes(inputs, self._inputs)
        with self._one_at_a_time, self._net.create_extractor() as extractor:
            for i, x in enumerate(inputs):
                # Its own copy: ncnn's channels begin at round addresses.
                given = self._ncnn.Mat(x.detach().float().cpu().contiguous().numpy()[0]).clone()
                if extractor.input(f"in{i}", given) != 0:
                    raise RuntimeError(f"ncnn refuses input {i}")
            return tuple(self._extracted(extractor, i, shape) for i, shape in enumerate(self._outputs))

    def _extracted(self, extractor: Any, i: int, shape: Shape) -> Tensor:
        status, found = extractor.extract(f"out{i}")
        if status != 0:
            raise RuntimeError(f"ncnn failed ({status}); is the device's memory full?")
        return torch.tensor(found.numpy()).reshape(shape)


def _load(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise GpuUnavailableError(_MISSING) from error
    except Exception as error:  # its libraries are loaded on import
        raise GpuUnavailableError(f"{name} can't be loaded ({' '.join(str(error).split())[:200]}).") from error


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"
