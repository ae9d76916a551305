"""The shading pass (`lsd_shade_pass.wgsl`) on any vendor's GPU: Vulkan, Metal or Direct3D 12 through wgpu, an optional package.

The text is generated from `shared_protocol/shading`, the one definition that game engines draw with, too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .gpu import Adapter, GpuUnavailableError, ShadeInputs

_SHADER = Path(__file__).with_name("lsd_shade_pass.wgsl")
# The pass's textures in the order of their bindings, behind the two uniform buffers: color, depth, normal, ids, slots, context, objects.
_FORMATS = ("rgba8unorm", "r32float", "rgba8unorm", "r8unorm", "rgba8unorm", "rgba16float", "rgba32float")
_SLOTS, _CONTEXT = 4, 5
_TEXTURES = 2
_TEXEL_BYTES = (4, 4, 4, 1, 4, 8, 16)
_TARGET = "rgba8unorm"
# Copies to buffers need rows of a multiple of so many bytes.
_ROW_BYTES = 256
# Of Mesa's and NVIDIA's drivers, and of Windows' in WSL2.
_DEVICE_FILES = ("dri/renderD*", "nvidia[0-9]*", "dxg")
_INSTALL = "pip install 'mirage-lsd[vulkan]'"

_Bytes = npt.NDArray[np.uint8]


def _module() -> Any:
    try:
        import wgpu
    except ImportError as error:
        raise GpuUnavailableError(f"The package wgpu is missing: {_INSTALL}.") from error
    return wgpu


def _request_adapter() -> Any:
    try:
        return _module().gpu.request_adapter_sync(power_preference="high-performance")
    except (RuntimeError, OSError) as error:
        if isinstance(error, GpuUnavailableError):
            raise
        raise GpuUnavailableError(
            "wgpu finds no GPU; install its driver (Debian: apt-get install mesa-vulkan-drivers)."
        ) from error


def _described(adapter: Any) -> Adapter:
    info = adapter.info
    kind = str(info.get("adapter_type", ""))
    return Adapter(
        str(info.get("device", "")) or "unnamed GPU", str(info.get("backend_type", "")).lower(), kind == "CPU"
    )


def may_have_gpu() -> bool:
    """False where Linux has no device file of a GPU: to ask the drivers takes 80 MB there, for one that computes on the CPU."""
    if not sys.platform.startswith("linux"):
        return True
    return any(next(Path("/dev").glob(name), None) is not None for name in _DEVICE_FILES)


def find_adapter() -> Adapter:
    """The device that `WebGpuShader` would use.

    Raises:
        GpuUnavailableError: the package is missing, or there is none.
    """
    return _described(_request_adapter())


class WebGpuShader:
    """A device and the compiled pass; makes a `WebGpuShadeTarget` for each size. Compiling takes up to a few seconds.

    Raises:
        GpuUnavailableError: see `find_adapter`, or the driver can't compile the pass.
    """

    def __init__(self) -> None:
        self._wgpu = _module()
        adapter = _request_adapter()
        self.adapter = _described(adapter)
        try:
            self.device = adapter.request_device_sync()
            self._compile()
        except Exception as error:  # drivers and wgpu raise their own kinds
            raise GpuUnavailableError(f"{self.adapter.name} can't compile the shading pass ({error}).") from error

    def _compile(self) -> None:
        stage = self._wgpu.ShaderStage.FRAGMENT
        kind = {"sample_type": "unfilterable-float", "view_dimension": "2d"}
        entries: list[dict[str, Any]] = [
            {"binding": i, "visibility": stage, "buffer": {"type": "uniform"}} for i in range(_TEXTURES)
        ]
        entries += [
            {"binding": _TEXTURES + i, "visibility": stage, "texture": dict(kind)} for i in range(len(_FORMATS))
        ]
        self.layout = self.device.create_bind_group_layout(entries=entries)
        module = self.device.create_shader_module(code=_SHADER.read_text(encoding="utf-8"))
        self.pipeline = self.device.create_render_pipeline(
            layout=self.device.create_pipeline_layout(bind_group_layouts=[self.layout]),
            vertex={"module": module, "entry_point": "lsd_vertex"},
            fragment={"module": module, "entry_point": "lsd_fragment", "targets": [{"format": _TARGET}]},
            primitive={"topology": "triangle-list"},
        )

    def target(self, size: tuple[int, int], context: tuple[int, int]) -> WebGpuShadeTarget:
        """For pictures of `size` and contexts of `context` cells, each height and width."""
        return WebGpuShadeTarget(self, size, context)


class WebGpuShadeTarget:
    """What lies on the device for one size. A plane takes room from the first frame that has it; used by one thread at a time."""

    def __init__(self, shader: WebGpuShader, size: tuple[int, int], context: tuple[int, int]) -> None:
        self._shader, self._size = shader, size
        self._gpu, self._usage = shader.device, shader._wgpu
        cells = (context[0], context[1] * 4)
        # A texture that isn't read is one texel of zeros, and so is every plane that wasn't sent yet.
        self._sizes = (size, size, size, size, (1, 256), cells, (3, 256))
        self._textures: list[Any] = [None] * len(_FORMATS)
        self._buffers: list[Any] = [None] * _TEXTURES
        self._weights: Any = None
        self._slots: Any = None
        self._bindings: Any = None
        height, width = size
        self._row = -(-width * 4 // _ROW_BYTES) * _ROW_BYTES
        usage = self._usage
        self._picture = self._gpu.create_texture(
            size=(width, height, 1),
            format=_TARGET,
            usage=usage.TextureUsage.RENDER_ATTACHMENT | usage.TextureUsage.COPY_SRC,
        )
        self._view = self._picture.create_view()
        self._back = self._gpu.create_buffer(
            size=self._row * height, usage=usage.BufferUsage.COPY_DST | usage.BufferUsage.MAP_READ
        )
        for i in range(len(_FORMATS)):
            self._make_texture(i, (1, 1))

    def shade(self, inputs: ShadeInputs, out: _Bytes) -> None:
        """Fills `out` (H, W, 4); see `gpu.ShadeTarget.shade`.

        Raises:
            GpuUnavailableError: the device is gone.
        """
        try:
            self._upload(inputs)
            self._draw()
            self._read_back(out)
        except Exception as error:  # wgpu's kinds differ by platform and version
            raise GpuUnavailableError(f"{self._shader.adapter.name} gave up ({error}).") from error

    def _upload(self, inputs: ShadeInputs) -> None:
        self._write_buffer(0, inputs.constants)
        if inputs.weights is not self._weights:
            self._write_buffer(1, inputs.weights)
            self._weights = inputs.weights
        h, w, channels = inputs.context.shape
        cells = inputs.context.astype(np.float16).reshape(h, w * channels // 4, 4)
        slots = None if inputs.slots is self._slots else inputs.slots[None]
        textures: tuple[npt.NDArray[Any] | None, ...] = (*inputs.planes, slots, cells, inputs.objects)
        for i, values in enumerate(textures):
            if values is None:
                continue
            height, width = self._sizes[i]
            if self._textures[i].size[:2] != (width, height):
                self._make_texture(i, (height, width))
            self._gpu.queue.write_texture(
                {"texture": self._textures[i]}, np.ascontiguousarray(values),
                {"bytes_per_row": width * _TEXEL_BYTES[i], "rows_per_image": height}, (width, height, 1),
            )  # fmt: skip
        self._slots = inputs.slots

    def _write_buffer(self, number: int, values: npt.NDArray[np.float32]) -> None:
        if self._buffers[number] is None:
            usage = self._usage.BufferUsage
            self._buffers[number] = self._gpu.create_buffer(size=values.nbytes, usage=usage.UNIFORM | usage.COPY_DST)
            self._bindings = None
        self._gpu.queue.write_buffer(self._buffers[number], 0, np.ascontiguousarray(values))

    def _make_texture(self, number: int, size: tuple[int, int]) -> None:
        usage = self._usage.TextureUsage
        self._textures[number] = self._gpu.create_texture(
            size=(size[1], size[0], 1), format=_FORMATS[number], usage=usage.TEXTURE_BINDING | usage.COPY_DST
        )
        self._bindings = None

    def _bound(self) -> Any:
        if self._bindings is None:
            resources = [{"buffer": b, "offset": 0, "size": b.size} for b in self._buffers]
            resources += [texture.create_view() for texture in self._textures]
            self._bindings = self._gpu.create_bind_group(
                layout=self._shader.layout,
                entries=[{"binding": i, "resource": resource} for i, resource in enumerate(resources)],
            )
        return self._bindings

    def _draw(self) -> None:
        encoder = self._gpu.create_command_encoder()
        attachment = {"view": self._view, "load_op": "clear", "store_op": "store", "clear_value": (0, 0, 0, 0)}
        render = encoder.begin_render_pass(color_attachments=[attachment])
        render.set_pipeline(self._shader.pipeline)
        render.set_bind_group(0, self._bound())
        render.draw(3)
        render.end()
        height, width = self._size
        encoder.copy_texture_to_buffer(
            {"texture": self._picture}, {"buffer": self._back, "bytes_per_row": self._row, "rows_per_image": height},
            (width, height, 1),
        )  # fmt: skip
        self._gpu.queue.submit([encoder.finish()])

    def _read_back(self, out: _Bytes) -> None:
        height, width = self._size
        self._back.map_sync("READ")
        try:
            rows = np.frombuffer(self._back.read_mapped(copy=False), np.uint8).reshape(height, self._row)
            np.copyto(out, rows[:, : width * 4].reshape(height, width, 4))
        finally:
            self._back.unmap()
