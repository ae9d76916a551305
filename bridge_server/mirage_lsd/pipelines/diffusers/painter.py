"""Paints frames with a checkpoint: what was painted on a surface stays there, what is new is painted in full."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from ...controls import Controls
from ...frame import InputFrame
from ..base import StreamSpec
from .anchored_noise import anchored_noise, screen_noise
from .asked import Asked, asked_of
from .attention import Desk, FrameMemory, extend_attention
from .compiled import DecodeGraph, EncodeGraph
from .conditions import canny_picture, class_picture, depth_picture, disparity, front_view, normal_picture
from .estimates import Estimates
from .history import Prior, known_of, last_seen, moves, prior_of
from .loading import Checkpoint
from .recipe import Recipe
from .regions import class_masks
from .sharp_warp import sharp_warp
from .state import LastFrame, StreamState
from .steadying import steadied
from .unchanged import Sight, sight_of, unchanged
from .unet import Conditions, Region, run_unet
from .view import FINE, View, engine_motion, view_of

# A cell counts as seen where more of it than this was visible before.
_SEEN = 0.5
# Where nearly all of the picture was seen, only the last step is taken.
_NEARLY_ALL = 0.985


class Painted(NamedTuple):
    """`pixels`: H x W x 4 uint8; `timings_us` by stage; `notices`: (code, sentence)."""

    pixels: npt.NDArray[np.uint8]
    timings_us: dict[str, int]
    notices: list[tuple[str, str]]


def model_size(spec: StreamSpec, checkpoint: Checkpoint) -> tuple[int, int]:
    """Height and width that are painted: the output's proportions, at most the area that the UNet was trained on."""
    scale = min(1.0, (checkpoint.native_pixels / (spec.output_width * spec.output_height)) ** 0.5)
    step = checkpoint.multiple
    height, width = (max(round(side * scale / step), 1) * step for side in (spec.output_height, spec.output_width))
    return height, width


class Painter:
    """One for all streams of a checkpoint; what differs between them is in their state."""

    def __init__(self, checkpoint: Checkpoint, recipe: Recipe) -> None:
        self.checkpoint, self.recipe = checkpoint, recipe
        self._desk = Desk()
        self._estimates: Estimates | None = None
        if recipe.sink:
            extend_attention(checkpoint.unet, self._desk)

    @torch.inference_mode()
    def paint(self, frame: InputFrame, state: StreamState, controls: Controls) -> Painted:
        """One frame.

        Raises:
            ValueError: the camera can't be used; nothing of the state has changed.
        """
        clock = _Clock()
        checkpoint, recipe = self.checkpoint, self.recipe
        asked = asked_of(controls, checkpoint, state.spec)
        size = model_size(state.spec, checkpoint)
        latent = (size[0] // checkpoint.stride, size[1] // checkpoint.stride)
        view = view_of(frame, latent) if recipe.true_depth else None
        motion = engine_motion(frame, latent) if recipe.true_depth else None
        sight = sight_of(frame, asked)
        if recipe.skip and not frame.reset and state.given is not None and unchanged(state.given[0], sight):
            clock.mark("skip")
            return Painted(state.given[1], clock.stages_us(), [])
        if frame.reset:
            state.forget()
        color = _color(frame, size)
        changed = state.look != (asked.look, size)
        if changed:
            state.places.clear()
            state.pictures.clear()
            state.memory = FrameMemory()
            state.ripening, state.steady = [], None
        depth, notices = self._depth(view, color, latent)
        prior = None if changed else self._prior(state, view, motion, color)
        clock.mark("anchor")
        start = self._encode(color)
        told = self._conditions(frame, view, depth, color, asked, size, state)
        clock.mark("encode")
        found = self._denoised(start, prior, told, asked, state, view, latent)
        if prior is not None:
            found = torch.lerp(found, prior.latent, asked.steadiness * prior.share)
        clock.mark("denoise")
        picture = self._decode(found)
        clock.mark("decode")
        if recipe.steady and not recipe.stream_batch:
            picture = self._steadied(picture, frame, color, state, asked.steadiness)
            clock.mark("steady")
        pixels = _pixels(picture, state.spec)
        self._remember(state, found, color, view, prior, (asked.look, size), sight, pixels, motion is not None)
        return Painted(pixels, clock.stages_us(), notices)

    def _depth(
        self, view: View | None, color: Tensor, latent: tuple[int, int]
    ) -> tuple[Tensor | None, list[tuple[str, str]]]:
        """Depth (1, 1, FINE h, FINE w) for whoever wants it: the engine's, or the estimator's."""
        if self.recipe.condition == "absent":
            return torch.zeros(1, 1, latent[0] * FINE, latent[1] * FINE), []
        if view is not None and self.recipe.condition == "true":
            return view.depth, []
        checkpoint = self.checkpoint
        kinds = {kind for kind, _ in (*checkpoint.controlnets, *checkpoint.adapters)}
        if not checkpoint.depth_channel and not kinds & {"depth", "normal", "seg"}:
            return None, []
        found = self._estimator().depth(color)
        fine = F.interpolate(found, (latent[0] * FINE, latent[1] * FINE), mode="nearest")
        return fine, [
            (
                "estimated_depth",
                "No depth and camera come with the frames: depth is estimated from the picture; send both and it holds still.",
            )
        ]

    def _prior(self, state: StreamState, view: View | None, motion: Tensor | None, color: Tensor) -> Prior | None:
        recipe = self.recipe
        seen = None
        moving = None
        blind = view is None and motion is None
        if state.last is not None and recipe.warp:
            seen = last_seen(color, view, motion, state.last, self._estimator() if blind else None)
            if (
                motion is not None
                and view is not None
                and state.last.depth is not None
                and state.last.camera is not None
            ):
                static = view.in_other(state.last.camera, state.last.depth)
                moving = moves(seen, static) if seen is not None else None
        known = known_of(state, view, color, self._estimator() if blind else None) if recipe.places else None
        return prior_of(state, seen, moving, known)

    def _steadied(
        self, picture: Tensor, frame: InputFrame, color: Tensor, state: StreamState, steadiness: float
    ) -> Tensor:
        height, width = picture.shape[-2:]
        cells = (height // FINE, width // FINE)
        known = self.recipe.true_depth
        view, motion = (view_of(frame, cells), engine_motion(frame, cells)) if known else (None, None)
        blind = view is None and motion is None
        state.steady = steadied(
            picture, color, view, motion, state.steady, steadiness, self._estimator() if blind else None
        )
        return state.steady.picture

    def _estimator(self) -> Estimates:
        if self._estimates is None:
            self._estimates = Estimates()
        return self._estimates

    def _conditions(
        self, frame: InputFrame, view: View | None, depth: Tensor | None, color: Tensor, asked: Asked, size: tuple[int, int], state: StreamState
    ) -> Conditions:  # fmt: skip
        checkpoint = self.checkpoint
        near = state.range.of(depth) if depth is not None else 1.0

        def picture(kind: str) -> Tensor:
            if kind == "canny":
                return canny_picture(color * 0.5 + 0.5)
            if kind == "seg":
                return class_picture(frame, size)
            assert depth is not None
            if kind == "normal" and view is not None:
                return normal_picture(view, size)
            if kind == "normal":
                return normal_picture(front_view(depth), size)
            return depth_picture(depth, near, size)

        told = Conditions(
            checkpoint.prompts.mixed(dict(asked.prompt)), checkpoint.prompts.mixed(dict(asked.negative)),
            1.0 if asked.residual and not checkpoint.guidance_embedded else asked.guidance, size, control_scale=0.0 if self.recipe.condition == "absent" else asked.control,
            desk=self._desk,
        )  # fmt: skip
        latent = (size[0] // checkpoint.stride, size[1] // checkpoint.stride)
        masks = class_masks(frame, tuple(name for name, _ in asked.classes), latent)
        told.regions = [
            Region(checkpoint.prompts.mixed(dict(texts)), masks[name]) for name, texts in asked.classes if name in masks
        ]
        if checkpoint.references is not None:
            shown, share = checkpoint.references.mixed(dict(asked.references))
            told.reference, told.reference_scale = (
                (shown, checkpoint.references.nothing),
                asked.reference_strength * share,
            )
        if checkpoint.depth_channel:
            assert depth is not None
            # The cell's middle: a mean of two surfaces is a depth that is nowhere.
            told.depth = disparity(depth, near)[..., FINE // 2 :: FINE, FINE // 2 :: FINE] * 2 - 1
        told.controls = [(net, picture(kind)) for kind, net in checkpoint.controlnets]
        for kind, adapter in checkpoint.adapters:
            fed = picture(kind)[:, : adapter.config.in_channels]
            features = [f.float().cpu() for f in adapter(fed.to(checkpoint.device, checkpoint.dtype))]
            told.features = [a + b for a, b in zip(told.features, features, strict=True)] if told.features else features
        return told

    def _noise(self, view: View | None, latent: tuple[int, int], seed: int, layer: int) -> Tensor:
        channels = self.checkpoint.vae.config.latent_channels
        if not self.recipe.anchored_noise:
            return torch.randn(1, channels, *latent)
        if view is None:
            return screen_noise(latent, channels, seed, layer)
        return anchored_noise(view, channels, seed, layer)

    def _denoised(
        self, start: Tensor, prior: Prior | None, told: Conditions, asked: Asked, state: StreamState, view: View | None, latent: tuple[int, int]
    ) -> Tensor:  # fmt: skip
        """The picture's latent: seen surfaces start at the last time from what they were, the rest at the first."""
        schedule, recipe = self.checkpoint.schedule, self.recipe
        times = schedule.times(asked.denoise, asked.steps)
        self._desk.memory = state.memory if recipe.sink else None
        noises: dict[int, Tensor] = {}

        def noise(step: int) -> Tensor:
            layer = step if schedule.consistency else 0
            if layer not in noises:
                noises[layer] = self._noise(view, latent, asked.seed, layer)
            return noises[layer]

        seen = None if prior is None else (prior.share > _SEEN).float()

        def beginning(step: int) -> Tensor:
            """A picture that begins at this step: seen surfaces from what they were."""
            at = torch.tensor([times[step]])
            origin = start if prior is None or seen is None else torch.lerp(start, prior.latent, seen)
            return schedule.noisy(origin, noise(step), at)

        if (
            recipe.stream_batch
            and len(times) > 1
            and len(state.ripening) == len(times) - 1
            and prior is not None
            and prior.motion is not None
        ):
            return self._batched(times, beginning, noise, told, state, prior, start, asked)
        first = (
            len(times) - 1 if seen is not None and float(seen.mean()) > _NEARLY_ALL and not recipe.stream_batch else 0
        )
        x, ripening = beginning(first), []
        x0 = x
        for step in range(first, len(times)):
            at = torch.tensor([times[step]])
            if step > first and seen is not None:
                x = torch.lerp(x, beginning(step), seen)
            self._desk.step = step
            x0 = schedule.denoised(x, run_unet(self.checkpoint, x, at, told), at)
            x0 = self._away_from(start, x0, asked, None if prior is None else prior.share)
            if step + 1 < len(times):
                ripening.append(x0)
                x = schedule.onward(x, x0, at, torch.tensor([times[step + 1]]), noise(step + 1))
        state.ripening = ripening if recipe.stream_batch else []
        return x0

    def _away_from(self, start: Tensor, x0: Tensor, asked: Asked, seen: Tensor | None) -> Tensor:
        """Residual guidance (StreamDiffusion's self-negative; Kodaira et al., 2023): the engine's picture stands for what is not wanted.
        What was seen has gone this way before, and would go farther with every picture."""
        if not asked.residual or self.checkpoint.guidance_embedded or asked.guidance <= 1.0:
            return x0
        strength = asked.guidance - 1.0
        return x0 + (x0 - start) * (strength if seen is None else strength * (1.0 - seen))

    def _batched(
        self,
        times: list[int],
        beginning: Any,
        noise: Any,
        told: Conditions,
        state: StreamState,
        prior: Prior,
        start: Tensor,
        asked: Asked,
    ) -> Tensor:
        """All steps in one call, each of another frame's picture, brought to where this frame sees it: what comes out is of this frame."""
        schedule = self.checkpoint.schedule
        assert prior.motion is not None
        inputs = [beginning(0)]
        for step, ripe in enumerate(state.ripening, 1):
            brought = sharp_warp(ripe, prior.motion.motion)
            known = (prior.motion.share > _SEEN).float()
            noisy = schedule.noisy(brought, noise(step), torch.tensor([times[step]]))
            inputs.append(torch.lerp(beginning(step), noisy, known))
        x, at = torch.cat(inputs), torch.tensor(times)
        self._desk.step = 0
        x0 = schedule.denoised(x, run_unet(self.checkpoint, x, at, told), at)
        x0 = self._away_from(start, x0, asked, prior.share)
        state.ripening = [x0[i : i + 1] for i in range(len(times) - 1)]
        return x0[-1:]

    def _encode(self, color: Tensor) -> Tensor:
        vae = self.checkpoint.vae
        return self._through("encoder", EncodeGraph(vae), color) * vae.config.scaling_factor  # type: ignore[no-any-return]

    def _decode(self, latent: Tensor) -> Tensor:
        vae = self.checkpoint.vae
        return self._through("decoder", DecodeGraph(vae), latent / vae.config.scaling_factor)

    def _through(self, what: str, half_of_vae: torch.nn.Module, x: Tensor) -> Tensor:
        """A half of the autoencoder, by a graph where there is one; float32 on the CPU."""
        parameter = next(half_of_vae.parameters())
        compiled = self.checkpoint.compiled
        if compiled is not None:
            # SDXL's own autoencoder overflows in half precision.
            found = compiled.run(
                what, None, (x.to(parameter.device, torch.float32),), lambda: half_of_vae, exact=self.checkpoint.sdxl
            )
            if found is not None:
                return found[0].float().cpu()
        return half_of_vae(x.to(parameter.device, parameter.dtype)).float().cpu()  # type: ignore[no-any-return]

    def _remember(
        self, state: StreamState, found: Tensor, color: Tensor, view: View | None, prior: Prior | None, look: Any, sight: Sight,
        pixels: npt.NDArray[np.uint8], told_motion: bool,
    ) -> None:  # fmt: skip
        # Every tensor here is this frame's own: none is a view of the engine's planes.
        state.last = LastFrame(
            found, color, None if view is None else view.depth, None if view is None else view.camera
        )
        known = None if prior is None else prior.known
        if self.recipe.places and view is not None:
            state.places.keep(found, view, known)
        elif self.recipe.places and not told_motion:
            state.pictures.keep(found, color, known)
        state.look = look
        state.given = (sight, pixels)
        state.frames += 1


def _color(frame: InputFrame, size: tuple[int, int]) -> Tensor:
    """The engine's picture at the model's size, (1, 3, H, W) in -1..1."""
    rgb = torch.from_numpy(np.ascontiguousarray(frame.color[..., :3])).permute(2, 0, 1)[None].float()
    if rgb.shape[-2:] != size:
        rgb = F.interpolate(rgb, size, mode="bilinear", align_corners=False, antialias=True)
    return rgb / 127.5 - 1.0


def _pixels(picture: Tensor, spec: StreamSpec) -> npt.NDArray[np.uint8]:
    size = (spec.output_height, spec.output_width)
    if picture.shape[-2:] != size:
        picture = F.interpolate(picture, size, mode="bicubic", align_corners=False, antialias=True)
    pixels = np.full((*size, 4), 255, np.uint8)
    rgb = ((picture[0].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    pixels[..., :3] = rgb.permute(1, 2, 0).numpy()
    return pixels


class _Clock:
    """Wall time of a frame's stages."""

    def __init__(self) -> None:
        self._last, self._found = time.perf_counter(), dict[str, int]()

    def mark(self, stage: str) -> None:
        """The time since the last mark belongs to `stage`."""
        now = time.perf_counter()
        self._found[stage] = round((now - self._last) * 1e6)
        self._last = now

    def stages_us(self) -> dict[str, int]:
        return self._found
