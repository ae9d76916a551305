"""NVIDIA's TensorRT, or TensorRT for RTX, whichever is installed: a network from ONNX to an engine. Their Python interfaces are the same where
this uses them."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import structlog

_log = structlog.get_logger(__name__)
# The full one first: it knows data centres' cards, too. The last is what the RTX wheels are called without their metapackage.
_MODULES = ("tensorrt", "tensorrt_rtx", "tensorrt_rtx_bindings")
# Of the card's memory, for trying kernels while it builds: there is a game on the card as well.
_WORKSPACE_BYTES = 512 << 20


class TensorRtError(RuntimeError):
    """TensorRT is missing, or can't do what was asked; one sentence."""


def installed_tensorrt() -> str | None:
    """The name of the module that would be used; imports nothing."""
    return next((name for name in _MODULES if importlib.util.find_spec(name) is not None), None)


class TensorRtBuilder:
    """A loaded TensorRT.

    Args:
        capability: of the card, major and minor. TensorRT for RTX builds for it by name, and needs no card for that.

    Attributes:
        version: module and version, as they belong into a cache's key.

    Raises:
        TensorRtError: it isn't installed, can't be loaded, or doesn't know the card.
    """

    def __init__(self, capability: tuple[int, int]) -> None:
        name = installed_tensorrt()
        if name is None:
            raise TensorRtError("TensorRT is not installed; docs/GPU.md says how to install it.")
        try:
            self._trt = importlib.import_module(name)
        except Exception as error:  # its libraries are loaded on import, and anything may be wrong with them
            raise TensorRtError(f"{name} can't be loaded ({_sentence(error)}).") from error
        self.version = f"{name} {self._trt.__version__}"
        self._capability = self._named(capability)
        self._messages: list[str] = []
        self._logger = _make_logger(self._trt, self._messages)
        self._runtime: Any = None

    def build(self, network: bytes, *, exact: bool) -> bytes:
        """A plan of an ONNX graph. Takes seconds with TensorRT for RTX, up to a minute with TensorRT.

        Args:
            exact: float32 to the last bit: no TF32.

        Raises:
            TensorRtError: it can't be built.
        """
        trt = self._trt
        self._messages.clear()
        builder = trt.Builder(self._logger)
        # Types as they stand in the graph; from TensorRT 11 on there is no other way.
        definition = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
        parser = trt.OnnxParser(definition, self._logger)
        if not parser.parse(network):
            said = str(parser.get_error(0)) if parser.num_errors else ""
            raise TensorRtError(f"{self.version} can't read the network ({_short(said)}).")
        config = builder.create_builder_config()
        config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, _WORKSPACE_BYTES)
        if exact:
            config.clear_flag(trt.BuilderFlag.TF32)
        if self._capability is not None:
            config.num_compute_capabilities = 1
            config.set_compute_capability(self._capability, 0)
        plan = builder.build_serialized_network(definition, config)
        if plan is None:
            raise TensorRtError(f"{self.version} can't build the network ({self._last_message()}).")
        return bytes(plan)

    def load(self, plan: bytes) -> TensorRtEngine:
        """An engine, in the calling thread's context.

        Raises:
            TensorRtError: the plan is for something else, or there is no memory for it.
        """
        self._messages.clear()
        if self._runtime is None:
            self._runtime = self._trt.Runtime(self._logger)
        engine = self._runtime.deserialize_cuda_engine(plan)
        context = None if engine is None else engine.create_execution_context()
        if context is None:
            raise TensorRtError(f"{self.version} can't load the engine ({self._last_message()}).")
        return TensorRtEngine(self._trt, engine, context, self._last_message)

    def _named(self, capability: tuple[int, int]) -> Any:
        """What TensorRT for RTX calls a card's kind; None for TensorRT, which builds for the card that is there."""
        if not self.version.startswith("tensorrt_rtx"):
            return None
        kind = getattr(self._trt.ComputeCapability, f"SM{capability[0]}{capability[1]}", None)
        if kind is None:
            raise TensorRtError(
                f"{self.version} has nothing for cards of compute capability {'.'.join(map(str, capability))}."
            )
        return kind

    def _last_message(self) -> str:
        return _short(self._messages[-1]) if self._messages else "it doesn't say why"


class TensorRtEngine:
    """An engine with a context to run it in; used by one thread at a time."""

    def __init__(self, trt: Any, engine: Any, context: Any, last_message: Any) -> None:
        # The engine must outlive its context.
        self._trt, self._engine, self._context, self._last_message = trt, engine, context, last_message

    def check(self, inputs: dict[str, tuple[int, ...]], outputs: dict[str, tuple[int, ...]]) -> None:
        """Looks whether it takes and gives float32 tensors of these names and shapes: it will be handed bare addresses.

        Raises:
            TensorRtError: it doesn't.
        """
        trt, engine = self._trt, self._engine
        modes = {trt.TensorIOMode.INPUT: "input", trt.TensorIOMode.OUTPUT: "output"}
        there = {}
        for i in range(engine.num_io_tensors):
            name = engine.get_tensor_name(i)
            kind = (
                modes.get(engine.get_tensor_mode(name)) if engine.get_tensor_dtype(name) == trt.DataType.FLOAT else None
            )
            there[name] = (kind, tuple(engine.get_tensor_shape(name)))
        wanted = {name: ("input", shape) for name, shape in inputs.items()}
        wanted |= {name: ("output", shape) for name, shape in outputs.items()}
        # An input that the network doesn't use may be gone.
        if {name: found for name, found in wanted.items() if name in there or found[0] == "output"} != there:
            raise TensorRtError(f"The engine has other tensors than the network ({there}).")
        self._names = frozenset(there)

    def enqueue(self, addresses: dict[str, int], stream: int) -> None:
        """Queues a run in a stream; the addresses are the card's. After `check`.

        Raises:
            TensorRtError: it was refused.
        """
        for name, address in addresses.items():
            if name in self._names and not self._context.set_tensor_address(name, address):
                raise TensorRtError(f"The engine refuses {name} ({self._last_message()}).")
        if not self._context.execute_async_v3(stream):
            raise TensorRtError(f"The engine doesn't run ({self._last_message()}).")


def _make_logger(trt: Any, messages: list[str]) -> Any:
    """Keeps what it is told of errors; warnings go to the log, where that is asked for."""
    severity = trt.ILogger.Severity
    errors = (severity.INTERNAL_ERROR, severity.ERROR)

    class Logger(trt.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)

        def log(self, level: Any, message: str) -> None:
            if level in errors:
                messages.append(message)
                del messages[:-8]
            elif level == severity.WARNING:
                _log.debug("tensorrt_says", message=message)

    return Logger()


def _sentence(error: BaseException) -> str:
    return _short(str(error)) or type(error).__name__


def _short(text: str) -> str:
    """The first line, without a full stop."""
    return " ".join(text.split())[:200].rstrip(".")
