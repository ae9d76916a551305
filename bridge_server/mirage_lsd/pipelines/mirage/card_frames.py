"""Frames whose planes are in a card's memory: guide, reprojection and shading by the daemon's kernels. No plane passes through the host.

The network runs where PyTorch runs it. On the same card it reads the guide where it lies; on the CPU the guide goes there and the context comes
back, at the base size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ...accel.cuda_shader import SHADE_THREADS, shade_grid
from ...cuda.array import CudaArray, as_cuda_array
from ...cuda.kernels import GUIDE, MOTION, SHADE, TEXTURE, CudaKernels, kernel_constants
from ...cuda.memory import CardBlock, CardPool, Upload, uploaded
from ...frame import InputFrame
from ...models.guide import GUIDE_CHANNELS
from ...models.head import Head
from ...models.mirage_lsd_v1 import FEATURE_STRIDE
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from ..reprojection import PreviousFrame, Reprojected
from .anchor import AnchoredFrame
from .card_layers import CardLayers
from .engine_shade import pack_constants, surface_table
from .frame_inputs import FrameInputs
from .head_weights import packed_head
from .network_view import NetworkView
from .picture_layers import textured_of_counts
from .state import StreamState
from .surfaces import surface_of_ids

_THREADS, _MOTION_THREADS, _COUNTS = 128, 64, 64
_PLANES = ("color", "depth", "motion", "normal", "ids")


class _Base:
    """What lies on the card for one base size, and where the network's copies are."""

    def __init__(self, kernels: CudaKernels, base: tuple[int, int]) -> None:
        (h, w), driver = base, kernels.driver
        self.guide, self.noise = CardBlock(driver, h * w * GUIDE_CHANNELS * 4), CardBlock(driver, 3 * h * w * 4)
        self.cells = CardBlock(driver, 3 * (h // FEATURE_STRIDE) * (w // FEATURE_STRIDE) * 4)
        self.depths = CardPool(driver, h * w * 4)


class _Output:
    """What lies on the card for one size of picture."""

    def __init__(self, kernels: CudaKernels, output: tuple[int, int]) -> None:
        self.picture = CardBlock(kernels.driver, output[0] * output[1] * 4)


class CardFrames:
    """See `Shading`: the same for `FrameInputs` whose planes are arrays on the card. Used by one thread.

    Args:
        kernels: of the card. network: where the trunk runs, the CPU or the same card.

    Attributes:
        motion_stream, shade_stream: the streams of guide and reprojection, and of shading, joined by events where one needs the other.

    Raises:
        CudaError: a kernel can't be had; one sentence.
        ValueError: the head has other sizes than the kernels were written for.
    """

    def __init__(self, head: Head, kernels: CudaKernels, network: torch.device) -> None:
        kernels.prepare(SHADE, GUIDE, MOTION, TEXTURE)
        self._kernels, self._driver, self._network = kernels, kernels.driver, network
        self.name = f"cuda ({kernels.driver.name}), planes on the card"
        self._weights = ControlMemo(lambda controls: packed_head(head, controls))
        self._bases: LruCache[_Base] = LruCache(SIZES_KEPT)
        self._outputs: LruCache[_Output] = LruCache(SIZES_KEPT)
        self._host_guides: LruCache[tuple[Tensor, Tensor]] = LruCache(2 * SIZES_KEPT)
        uploads = (
            "weights",
            "slots",
            "shade slots",
            "guide objects",
            "shade objects",
            "guide",
            "motion",
            "shade",
            "size",
        )
        self._uploads = {name: Upload(self._driver) for name in uploads}
        self._context = Upload(self._driver)
        self._shown: Tensor | None = None
        self._counts = CardBlock(self._driver, _COUNTS * 4)
        with self._driver.current():
            self.motion_stream, self.shade_stream = self._driver.create_stream(), self._driver.create_stream()
        self._layers = CardLayers(kernels, self.motion_stream)
        # Of which picture the guide is that lies there, and the depth that goes with it.
        self._guided: tuple[Any, int] = (None, 0)

    def can_stay(self, frame: InputFrame, state: StreamState) -> bool:
        """Whether all that this frame needs is done on the card; prepares `state` for that."""
        if frame.depth is None or frame.camera is None:
            return False
        if state.frames > 0 and (state.depth is None or state.camera is None):
            # The frame before had no geometry, and what it showed can't be found again here.
            state.reset()
        return True

    def textured(self, color: Any) -> float:
        """See `picture_layers.textured`."""
        plane = as_cuda_array(color)
        height, width = plane.shape[:2]
        counts, stream = np.zeros(_COUNTS, np.uint32), self.motion_stream
        threads = max(1, (width - 2) * (-(-height // 5)))
        with self._driver.current():
            size = self._uploads["size"].address(np.array([width, height], np.int32), stream)
            self._driver.call("cuMemsetD2D8Async", self._counts.address, counts.nbytes, 0, counts.nbytes, 1, stream)
            addresses = (size, plane.address, self._counts.address)
            self._kernels.launch(TEXTURE, (-(-threads // _THREADS), 1), _THREADS, addresses, stream)
            self._read(counts, self._counts.address, stream)
        return textured_of_counts(counts, width)

    def anchor(self, frame: InputFrame, inputs: FrameInputs, base: tuple[int, int]) -> AnchoredFrame:
        """The frame at the base size; its guide is made, its depth stays on the card."""
        depth = self._base(base).depths.array(base, np.float32)
        self._make_guide(inputs, base, depth.address)
        return AnchoredFrame(inputs, base, depth, frame.motion)

    def network_view(
        self, anchored: AnchoredFrame, state: StreamState, detail: float, output: tuple[int, int]
    ) -> NetworkView:
        """See `network_view.network_view`."""
        inputs = anchored.inputs
        state.view = state.film = None
        share = state.textured_of(self.textured(inputs.color))
        if share == 0.0:
            return NetworkView(anchored)
        source = as_cuda_array(inputs.color)
        size = (source.shape[0], source.shape[1])
        layers = self._layers.split(source, size)
        exposure = state.exposure_of(layers.median)
        seen: Any = self._layers.seen(layers, exposure, share)
        shown = layers if size == output else self._layers.split(source, output)
        frame = AnchoredFrame(replace(inputs, color=seen), anchored.base, anchored.depth, anchored.motion)
        amount, stream = detail * share, self.shade_stream
        return NetworkView(
            frame, finish=lambda painted: self._layers.with_detail(painted, shown, exposure, amount, stream)
        )

    def _make_guide(self, inputs: FrameInputs, base: tuple[int, int], depth: int) -> None:
        there, (h, w), stream = self._base(base), base, self.motion_stream
        constants = kernel_constants(pack_constants(inputs, base, (1, 1)), inputs.color.shape[:2])
        with self._driver.current():
            # The network may still be reading the guide before.
            self._wait_for_network(stream)
            addresses = (
                self._uploads["guide"].address(constants, stream), *self._planes(inputs),
                self._uploads["slots"].address(surface_table(surface_of_ids(inputs.slots)), stream),
                self._objects("guide objects", inputs, stream), there.guide.address, there.noise.address, depth,
            )  # fmt: skip
            self._kernels.launch(GUIDE, (-(-h * w // _THREADS), 1), _THREADS, addresses, stream)
        self._guided = (inputs.color, depth)

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """Takes the card's memory for a pair of sizes."""
        self._base(base)
        self._output(output)

    def use_threads(self, threads: Callable[[], int]) -> None:
        """The card has its own."""

    def guide(self, inputs: FrameInputs, base: tuple[int, int], slot: int = 0) -> tuple[Tensor, Tensor | None]:
        """See `Shading.guide`: of the frame that was anchored last, or of that as the network is to see it."""
        there, (h, w) = self._base(base), base
        if inputs.color is not self._guided[0]:
            self._make_guide(inputs, base, self._guided[1])
        shapes = (1, h, w, GUIDE_CHANNELS), (1, 3, h, w)
        if self._network.type == "cuda":
            with self._driver.current():
                self._driver.wait_for_stream(self._network_stream(), self.motion_stream)
            guide, noise = (
                torch.as_tensor(block.array(shape, np.float32), device=self._network)
                for block, shape in zip((there.guide, there.noise), shapes, strict=True)
            )
            return guide, noise
        guide, noise = self._host_guides.get((base, slot), lambda: (torch.empty(shapes[0]), torch.empty(shapes[1])))
        with self._driver.current():
            self._read(guide.numpy(), there.guide.address, self.motion_stream)
            self._read(noise.numpy(), there.noise.address, self.motion_stream)
        return guide, noise

    def reproject(self, inputs: FrameInputs, depth: Any, before: PreviousFrame, motion: Any) -> Reprojected:
        """See `Shading.reproject`: `depth` and that of `before` (h, w), `motion` of the planes' size, all on the card."""
        h, w = depth.shape
        there, stream = self._base((h, w)), self.motion_stream
        cells = np.empty((3, h // FEATURE_STRIDE, w // FEATURE_STRIDE), np.float32)
        packed = pack_constants(inputs, (h, w), (1, 1), context_camera=before.camera)
        constants = kernel_constants(packed, inputs.color.shape[:2], has_motion=motion is not None)
        with self._driver.current():
            addresses = (
                self._uploads["motion"].address(constants, stream), depth.address,
                0 if before.depth is None else self._on_card(before.depth).address,
                0 if motion is None else as_cuda_array(motion).address, there.cells.address,
            )  # fmt: skip
            blocks = -(-cells[0].size // _MOTION_THREADS)
            self._kernels.launch(MOTION, (blocks, 1), _MOTION_THREADS, addresses, stream)
            self._read(cells, there.cells.address, stream)
        found = torch.from_numpy(cells)[None].to(self._network)
        return Reprojected(found, float(cells[2].mean()))

    def shade(self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]) -> Any:
        """See `Shading.shade`: an array on the card, written in `shade_stream`."""
        _, h, w, _ = context.shape
        stream = self.shade_stream
        picture = self._output(output).picture
        constants = kernel_constants(pack_constants(inputs, output, (h, w)), inputs.color.shape[:2])
        cells = context[0].float().contiguous()
        with self._driver.current():
            addresses = (
                self._uploads["shade"].address(constants, stream),
                self._uploads["weights"].address(self._weights(controls), stream), *self._planes(inputs),
                self._uploads["shade slots"].address(surface_table(surface_of_ids(inputs.slots)), stream),
                self._objects("shade objects", inputs, stream), self._context_address(cells), picture.address,
            )  # fmt: skip
            # A finished picture is smoothed there.
            self._driver.wait_for_stream(stream, self.motion_stream)
            self._kernels.launch(SHADE, shade_grid(output), SHADE_THREADS, addresses, stream)
        return picture.array((*output, 4), np.uint8, stream)

    def on_host(self, frame: InputFrame) -> InputFrame:
        """The frame with its planes in host memory."""
        planes: dict[str, Any] = {name: getattr(frame, name) for name in _PLANES}
        here: dict[str, Any] = {name: self._downloaded(x) for name, x in planes.items() if x is not None}
        return replace(frame, **here)

    def inputs_there(self, inputs: FrameInputs) -> FrameInputs:
        """The same with its planes copied to the card."""
        planes: dict[str, Any] = {name: getattr(inputs, name) for name in ("color", "depth", "normal", "ids")}
        there: dict[str, Any] = {name: uploaded(self._driver, x) for name, x in planes.items() if x is not None}
        return replace(inputs, **there)

    def depth_on_host(self, depth: Any) -> Tensor | None:
        """What a stream remembers of depth, as frames in host memory have it."""
        return torch.from_numpy(self._downloaded(depth))[None, None] if isinstance(depth, CudaArray) else depth

    def uploaded(self, picture: npt.NDArray[np.uint8]) -> CudaArray:
        """A picture that was painted in host memory."""
        return uploaded(self._driver, picture)

    def _base(self, base: tuple[int, int]) -> _Base:
        return self._bases.get(base, lambda: _Base(self._kernels, base))

    def _output(self, output: tuple[int, int]) -> _Output:
        return self._outputs.get(output, lambda: _Output(self._kernels, output))

    def _planes(self, inputs: FrameInputs) -> tuple[int, ...]:
        planes = (inputs.color, inputs.depth, inputs.normal, inputs.ids)
        return tuple(0 if plane is None else as_cuda_array(plane).address for plane in planes)

    def _objects(self, name: str, inputs: FrameInputs, stream: Any) -> int:
        """The address of the things' spaces, 0 where nothing has one."""
        return 0 if inputs.object_from_world is None else self._uploads[name].address(inputs.object_from_world, stream)

    def _on_card(self, depth: Any) -> CudaArray:
        """What a frame in host memory left as its depth."""
        if isinstance(depth, CudaArray):
            return depth
        return uploaded(self._driver, depth[0, 0].numpy())

    def _context_address(self, cells: Tensor) -> int:
        if self._network.type == "cuda":
            self._driver.wait_for_stream(self.shade_stream, self._network_stream())
            # Until the next picture: PyTorch doesn't know who else reads it.
            self._shown = cells
            return int(cells.data_ptr())
        return self._context.address(cells.numpy(), self.shade_stream)

    def _network_stream(self) -> int:
        return int(torch.cuda.current_stream(self._network).cuda_stream)

    def _wait_for_network(self, stream: int) -> None:
        if self._network.type == "cuda":
            self._driver.wait_for_stream(stream, self._network_stream())

    def _downloaded(self, plane: Any) -> npt.NDArray[Any]:
        array = as_cuda_array(plane)
        values = np.empty(array.shape, array.dtype)
        with self._driver.current():
            if array.stream is not None:
                self._driver.wait_for_stream(self.motion_stream, array.stream)
            self._read(values, array.address, self.motion_stream)
        return values

    def _read(self, values: npt.NDArray[Any], address: int, stream: int) -> None:
        self._driver.call("cuMemcpyDtoHAsync", values.ctypes.data, address, values.nbytes, stream)
        self._driver.synchronize(stream)
