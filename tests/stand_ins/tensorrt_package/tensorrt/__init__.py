"""Stands in for NVIDIA's `tensorrt`: the classes and functions of its Python interface that MirageLSD calls, with their names, arguments and
returned values. ONNX Runtime computes, on what lies in the stand-in card's memory, in the given stream's order.

`TENSORRT_STAND_IN_FAULT` plants one: build (no plan, as when memory is short), parse, load (a plan of another card), context (no memory),
shape (an engine with another output), result (other numbers), run (execution is refused from the 4th time on).
What it can't show: whether TensorRT itself takes a network, what it makes of it and how fast. tests/accelerators/test_real_tensorrt_rtx.py
holds its names against the real package's, which builds without a card.
"""

from __future__ import annotations

import ctypes
import enum
import hashlib
import os
from typing import Any

import numpy as np
import onnx
import onnxruntime

__version__ = "10.0.0.stand-in"
_REFUSED_FROM = 4
_cuda = ctypes.CDLL("libcuda.so.1")


def _planted(fault: str) -> bool:
    return os.environ.get("TENSORRT_STAND_IN_FAULT", "") == fault


class ILogger:
    class Severity(enum.IntEnum):
        INTERNAL_ERROR, ERROR, WARNING, INFO, VERBOSE = range(5)

    def log(self, severity: Severity, msg: str) -> None:
        raise NotImplementedError


class NetworkDefinitionCreationFlag(enum.IntEnum):
    EXPLICIT_BATCH, STRONGLY_TYPED = range(2)


class MemoryPoolType(enum.IntEnum):
    WORKSPACE = 0


class BuilderFlag(enum.IntEnum):
    TF32 = 0


class TensorIOMode(enum.IntEnum):
    NONE, INPUT, OUTPUT = range(3)


class DataType(enum.IntEnum):
    FLOAT, HALF = range(2)


class INetworkDefinition:
    def __init__(self, flags: int) -> None:
        if not flags & (1 << NetworkDefinitionCreationFlag.STRONGLY_TYPED):
            raise AssertionError(
                "a network whose types are not taken as they are written: what half precision is then, nobody knows"
            )
        self.graph = b""


class IBuilderConfig:
    def __init__(self) -> None:
        self.limits: dict[MemoryPoolType, int] = {}
        self.flags = 1 << BuilderFlag.TF32

    def set_memory_pool_limit(self, pool: MemoryPoolType, pool_size: int) -> None:
        self.limits[pool] = pool_size

    def clear_flag(self, flag: BuilderFlag) -> None:
        self.flags &= ~(1 << flag)


class IHostMemory(bytes):
    """Has Python's buffer protocol, and no more of what bytes have is to be used."""


class Builder:
    def __init__(self, logger: ILogger) -> None:
        self._logger = logger

    def create_network(self, flags: int = 0) -> INetworkDefinition:
        return INetworkDefinition(flags)

    def create_builder_config(self) -> IBuilderConfig:
        return IBuilderConfig()

    def build_serialized_network(self, network: INetworkDefinition, config: IBuilderConfig) -> IHostMemory | None:
        if MemoryPoolType.WORKSPACE not in config.limits or _planted("build"):
            self._logger.log(
                ILogger.Severity.ERROR, "[defaultAllocator.cpp::allocate::58] Error Code 1: out of memory."
            )
            return None
        return IHostMemory(b"PLAN" + hashlib.sha256(network.graph).digest() + network.graph)


class ParserError:
    def __str__(self) -> str:
        return "In node 0 with name: and operator: Planted (parseNode): UNSUPPORTED_NODE"


class OnnxParser:
    def __init__(self, network: INetworkDefinition, logger: ILogger) -> None:
        self._network = network
        self.num_errors = 0

    def parse(self, model: Any, path: str | None = None) -> bool:
        if _planted("parse"):
            self.num_errors = 1
            return False
        onnx.checker.check_model(onnx.load_from_string(bytes(model)), full_check=True)
        self._network.graph = bytes(model)
        return True

    def get_error(self, index: int) -> ParserError:
        return ParserError()


class IExecutionContext:
    def __init__(self, engine: ICudaEngine) -> None:
        self._engine = engine
        self._addresses: dict[str, int] = {}
        self._runs = 0
        # What is queued reads and writes these.
        self._kept: list[np.ndarray] = []

    def set_tensor_address(self, name: str, memory: int) -> bool:
        if name not in self._engine.tensors:
            return False
        self._addresses[name] = int(memory)
        return True

    def execute_async_v3(self, stream_handle: int) -> bool:
        self._runs += 1
        if _planted("run") and self._runs >= _REFUSED_FROM:
            return False
        stream = ctypes.c_void_p(int(stream_handle))
        inputs = {}
        for name, (mode, shape) in self._engine.tensors.items():
            if mode == TensorIOMode.INPUT:
                inputs[name] = np.empty(shape, np.float32)
                self._copy(
                    "cuMemcpyDtoHAsync_v2", inputs[name].ctypes.data, self._addresses[name], inputs[name].nbytes, stream
                )
        assert _cuda.cuStreamSynchronize(stream) == 0
        names = [name for name, (mode, _) in self._engine.tensors.items() if mode == TensorIOMode.OUTPUT]
        for name, made in zip(names, self._engine.session.run(names, inputs), strict=True):
            wanted = made * 0.5 if _planted("result") else made
            self._kept.append(np.ascontiguousarray(wanted))
            self._copy("cuMemcpyHtoDAsync_v2", self._addresses[name], self._kept[-1].ctypes.data, made.nbytes, stream)
        return True

    def _copy(self, function: str, to: int, source: int, size: int, stream: ctypes.c_void_p) -> None:
        status = getattr(_cuda, function)(ctypes.c_void_p(to), ctypes.c_void_p(source), ctypes.c_size_t(size), stream)
        assert status == 0, f"{function}: {status}"


class ICudaEngine:
    def __init__(self, graph: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.tensors = {one.name: (TensorIOMode.INPUT, tuple(one.shape)) for one in self.session.get_inputs()}
        self.tensors |= {one.name: (TensorIOMode.OUTPUT, tuple(one.shape)) for one in self.session.get_outputs()}

    @property
    def num_io_tensors(self) -> int:
        return len(self.tensors)

    def get_tensor_name(self, index: int) -> str:
        return list(self.tensors)[index]

    def get_tensor_mode(self, name: str) -> TensorIOMode:
        return self.tensors[name][0]

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        mode, shape = self.tensors[name]
        return (*shape[:-1], shape[-1] + 1) if _planted("shape") and mode == TensorIOMode.OUTPUT else shape

    def get_tensor_dtype(self, name: str) -> DataType:
        return DataType.FLOAT

    def create_execution_context(self) -> IExecutionContext | None:
        return None if _planted("context") else IExecutionContext(self)


class Runtime:
    def __init__(self, logger: ILogger) -> None:
        self._logger = logger

    def deserialize_cuda_engine(self, serialized_engine: Any) -> ICudaEngine | None:
        plan = bytes(serialized_engine)
        magic, digest, graph = plan[:4], plan[4:36], plan[36:]
        if magic != b"PLAN" or hashlib.sha256(graph).digest() != digest or _planted("load"):
            self._logger.log(
                ILogger.Severity.ERROR, "IRuntime::deserializeCudaEngine: Error Code 1: Serialization (stale)."
            )
            return None
        return ICudaEngine(graph)
