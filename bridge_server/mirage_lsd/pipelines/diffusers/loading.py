"""Loads a checkpoint's parts with diffusers: from the folder alone, safetensors alone, no code of the folder's own."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file
from torch import nn

from .compiled import Compiled
from .files import (
    CheckpointFiles,
    check_files,
    ip_adapter_files,
    lora_file,
    reference_pictures,
    variant_of,
)
from .prompts import PromptEncoder
from .references import References
from .schedule import Schedule

_LCM, _TURBO, _OTHER = "lcm", "turbo", "other"
_DEFAULT_STEPS = {_LCM: 4, _TURBO: 2, _OTHER: 4}
Found = TypeVar("Found")


@dataclass
class Checkpoint:
    """A loaded checkpoint, in evaluation mode on its device.

    Attributes:
        prompts: its text encoders. schedule: of its scheduler. stride: pixels a latent's side.
        controlnets, adapters: (what it is fed with, the network).
        depth_channel: the UNet takes depth as its fifth channel. sdxl: it takes pooled text and sizes, too.
        steps, guidance: what it does best with. notes: for people. references: of its IP-Adapter.
        compiled: graphs of its networks; None: PyTorch runs them.
    """

    unet: Any
    vae: Any
    prompts: PromptEncoder
    schedule: Schedule
    stride: int
    device: torch.device
    dtype: torch.dtype
    controlnets: list[tuple[str, Any]] = field(default_factory=list)
    adapters: list[tuple[str, Any]] = field(default_factory=list)
    depth_channel: bool = False
    sdxl: bool = False
    steps: int = 4
    guidance: float = 1.0
    notes: list[str] = field(default_factory=list)
    references: References | None = None
    compiled: Compiled | None = None

    @property
    def guidance_embedded(self) -> bool:
        """The UNet is told how strong guidance is, as LCM's are; then there is no other."""
        return self.unet.config.time_cond_proj_dim is not None

    @property
    def native_pixels(self) -> int:
        """The area that the UNet was trained on."""
        size = self.unet.config.sample_size or 64
        height, width = size if isinstance(size, list | tuple) else (size, size)
        return int(height * width) * self.stride**2

    @property
    def multiple(self) -> int:
        """Sides of pictures are multiples of this many pixels."""
        levels = len(self.unet.config.block_out_channels)
        return int(self.stride * 2 ** (levels - 1))


def load_checkpoint(files: CheckpointFiles, device: torch.device) -> Checkpoint:
    """Raises ValueError: something is missing or wrong; one sentence."""
    with warnings.catch_warnings():
        # The libraries' advice to those who write checkpoints; what concerns people is said here.
        warnings.simplefilter("ignore")
        return _load(files, device)


def _load(files: CheckpointFiles, device: torch.device) -> Checkpoint:
    family = check_files(files)
    import diffusers
    import transformers

    diffusers.logging.set_verbosity_error()
    transformers.logging.set_verbosity_error()
    folder, dtype = files.folder, torch.float16 if device.type == "cuda" else torch.float32
    notes: list[str] = []

    def module(kind: Any, path: Path, at: torch.dtype = dtype) -> Any:
        return _loaded(kind, path, at).to(device).eval().requires_grad_(False)

    unet = module(diffusers.UNet2DConditionModel, folder / "unet")
    vae_folder = files.vae or folder / "vae"
    # SDXL's own autoencoder overflows in half precision.
    vae = module(_vae_class(diffusers, vae_folder), vae_folder, torch.float32 if family == "sdxl" else dtype)
    sdxl = family == "sdxl"
    first = (
        _tokenizer(transformers, folder / "tokenizer"),
        module(transformers.CLIPTextModel, folder / "text_encoder"),
    )
    encoders = [first]
    if sdxl:
        second = module(transformers.CLIPTextModelWithProjection, folder / "text_encoder_2")
        encoders.append((_tokenizer(transformers, folder / "tokenizer_2"), second))
    scheduler = _scheduler(diffusers, folder / "scheduler")
    if any(variant_of(folder / part) for part in ("unet", "text_encoder")) and device.type == "cpu":
        notes.append(
            "The checkpoint holds half-precision weights only; on a CPU they are widened, which takes twice their memory."
        )
    _check_unet(folder, unet, encoders, sdxl)
    _check_vae(vae_folder, vae, unet)
    lcm = _apply_loras(diffusers, transformers, files, unet, encoders, scheduler, vae, sdxl, notes)
    kind = _kind(files, scheduler, lcm)
    nets = [(fed, module(diffusers.ControlNetModel, path)) for fed, path in files.controlnets]
    adapters = [(fed, module(diffusers.T2IAdapter, path)) for fed, path in files.adapters]
    for (_, path), (_, net) in zip(files.controlnets, nets, strict=True):
        if net.config.cross_attention_dim != unet.config.cross_attention_dim:
            raise ValueError(
                f"The ControlNet {path} belongs to another kind of checkpoint than {folder}; take one for {'SDXL' if sdxl else 'this version of Stable Diffusion'}."
            )
    references = _ip_adapter(transformers, files, unet, module)
    blocks = (
        vae.config.encoder_block_out_channels
        if hasattr(vae.config, "encoder_block_out_channels")
        else vae.config.block_out_channels
    )
    return Checkpoint(
        unet, vae, PromptEncoder(tuple(encoders)), Schedule.of(scheduler, consistency=True if kind == _LCM else None),
        2 ** (len(blocks) - 1), device, dtype, nets, adapters,
        depth_channel=unet.config.in_channels == vae.config.latent_channels + 1, sdxl=sdxl, steps=_DEFAULT_STEPS[kind], notes=notes, references=references,
    )  # fmt: skip


def _ip_adapter(transformers: Any, files: CheckpointFiles, unet: Any, module: Callable[..., Any]) -> References | None:
    """Gives the UNet the adapter's attention."""
    if files.ip_adapter is None:
        return None
    path, encoder_folder = ip_adapter_files(files.ip_adapter)
    encoder = module(transformers.CLIPVisionModelWithProjection, encoder_folder)
    parts: dict[str, dict[str, torch.Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for key, value in load_file(path).items():
        part, _, name = key.partition(".")
        parts.setdefault(part, {})[name] = value
    plain, plus = "proj.weight" in parts["image_proj"], "latents" in parts["image_proj"]
    if not (plain or plus) or not parts["ip_adapter"]:
        raise ValueError(
            f"{path} is no IP-Adapter that can be used; take a plain or a plus one (those for faces need a face detector)."
        )
    try:
        unet._load_ip_adapter_weights(
            [{name: parts[name] for name in ("image_proj", "ip_adapter")}], low_cpu_mem_usage=False
        )
        width = parts["image_proj"]["proj.weight"].shape[1] if plain else parts["image_proj"]["proj_in.weight"].shape[1]
        gives = encoder.config.projection_dim if plain else encoder.config.hidden_size
        if width != gives:
            raise ValueError(f"it takes {width} numbers a picture, its image encoder gives {gives}")
    except Exception as error:  # whatever the libraries raise
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        raise ValueError(
            f"The IP-Adapter {path} does not fit {files.folder} ({why}); take one that was made for this kind of checkpoint."
        ) from None
    return References(encoder, tokens=plus, pictures=reference_pictures(files.references))


def _loaded(kind: Any, path: Path, dtype: torch.dtype) -> Any:
    return _or_sentence(
        path, lambda: kind.from_pretrained(
            path, torch_dtype=dtype, variant=variant_of(path), use_safetensors=True, local_files_only=True,
        ),
    )  # fmt: skip


def _tokenizer(transformers: Any, path: Path) -> Any:
    return _or_sentence(path, lambda: transformers.CLIPTokenizer.from_pretrained(path, local_files_only=True))


def _scheduler(diffusers: Any, path: Path) -> Any:
    name = json.loads((path / "scheduler_config.json").read_text(encoding="utf-8")).get("_class_name", "")
    kind = getattr(diffusers, name, None) if name.endswith("Scheduler") else None
    if kind is None:
        raise ValueError(
            f"{path} names the scheduler {name!r}, which this diffusers {diffusers.__version__} does not have."
        )
    return _or_sentence(path, lambda: kind.from_pretrained(path, local_files_only=True))


def _vae_class(diffusers: Any, path: Path) -> Any:
    name = json.loads((path / "config.json").read_text(encoding="utf-8")).get("_class_name")
    if name not in ("AutoencoderKL", "AutoencoderTiny"):
        raise ValueError(f"{path} holds a {name}; use an AutoencoderKL or an AutoencoderTiny.")
    return getattr(diffusers, name)


def _or_sentence(path: Path, load: Callable[[], Found]) -> Found:
    """What goes wrong inside of the libraries, in one sentence."""
    try:
        return load()
    except Exception as error:  # they raise whatever they like
        lines = [line for line in str(error).strip().splitlines() if line.strip()]
        why = (lines[0] if lines else type(error).__name__)[:160]
        raise ValueError(f"{path} can't be loaded ({why}); copy it again, or take another version.") from None


def _check_unet(folder: Path, unet: Any, encoders: list[tuple[Any, Any]], sdxl: bool) -> None:
    width = sum(encoder.config.hidden_size for _, encoder in encoders)
    wanted = unet.config.cross_attention_dim
    if (wanted[0] if isinstance(wanted, list | tuple) else wanted) != width:
        raise ValueError(
            f"In {folder} the text encoder gives {width} numbers a word, but the UNet takes {wanted}: the parts are of different checkpoints."
        )
    latents = unet.config.out_channels
    if unet.config.in_channels not in (latents, latents + 1):
        raise ValueError(
            f"The UNet in {folder} takes {unet.config.in_channels} channels (an inpainting or editing model); use one that takes {latents}, or {latents + 1} with depth."
        )
    if not sdxl and unet.config.addition_embed_type == "text_time":
        raise ValueError(
            f"{folder} holds an SDXL UNet without SDXL's second text encoder; copy the whole folder again."
        )
    if not all(bool(p.isfinite().all()) for p in unet.parameters()):
        raise ValueError(
            f"{folder / 'unet'} holds numbers that are not finite: the file is damaged or was converted wrongly."
        )


@torch.no_grad()
def _check_vae(path: Path, vae: Any, unet: Any) -> None:
    if vae.config.latent_channels != unet.config.out_channels:
        raise ValueError(
            f"The autoencoder {path} has {vae.config.latent_channels} channels, the UNet {unet.config.out_channels}; use one that belongs to it."
        )
    parameter = next(vae.parameters())
    picture = vae.decode(
        torch.zeros(1, vae.config.latent_channels, 8, 8, dtype=parameter.dtype, device=parameter.device)
    ).sample
    if not bool(picture.isfinite().all()):
        raise ValueError(
            f"The autoencoder {path} gives no numbers (NaN): it is damaged, or is one that half precision breaks; name a repaired one with --vae."
        )


def _apply_loras(
    diffusers: Any, transformers: Any, files: CheckpointFiles, unet: Any, encoders: list[tuple[Any, Any]], scheduler: Any,
    vae: Any, sdxl: bool, notes: list[str],
) -> bool:  # fmt: skip
    """Adds each LoRA to the weights for good. Returns whether one of them is a consistency model's (LCM)."""
    if not files.loras:
        return False
    pipe = _pipe(diffusers, unet, encoders, scheduler, vae, sdxl)
    lcm = False
    for path in (lora_file(path) for path in files.loras):
        before = _fingerprint(unet, encoders)
        try:
            pipe.load_lora_weights(path.parent, weight_name=path.name, local_files_only=True, use_safetensors=True)
            if not pipe.get_list_adapters():
                raise ValueError("no key fits")
            pipe.fuse_lora()
            pipe.unload_lora_weights()
        except Exception as error:  # whatever the libraries raise
            why = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
            raise ValueError(
                f"The LoRA {path} does not fit {files.folder} ({why}); take one that was made for this kind of checkpoint."
            ) from None
        if torch.equal(before, _fingerprint(unet, encoders)):
            notes.append(f"The LoRA {path.name} changes nothing: its weights add up to zero.")
        named = f"{path.parent.name}/{path.stem}".lower()
        lcm = lcm or "lcm" in named
    return lcm


def _pipe(diffusers: Any, unet: Any, encoders: list[tuple[Any, Any]], scheduler: Any, vae: Any, sdxl: bool) -> Any:
    """A pipeline of diffusers' own around the parts, for its way of loading LoRAs."""
    if sdxl:
        return diffusers.StableDiffusionXLPipeline(
            vae=vae, text_encoder=encoders[0][1], text_encoder_2=encoders[1][1], tokenizer=encoders[0][0],
            tokenizer_2=encoders[1][0], unet=unet, scheduler=scheduler, add_watermarker=False,
        )  # fmt: skip
    return diffusers.StableDiffusionPipeline(
        vae=vae, text_encoder=encoders[0][1], tokenizer=encoders[0][0], unet=unet, scheduler=scheduler, safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def _fingerprint(unet: nn.Module, encoders: list[tuple[Any, Any]]) -> torch.Tensor:
    modules = [unet, *(encoder for _, encoder in encoders)]
    return torch.stack([p.double().abs().sum() for module in modules for p in module.parameters()])


def _kind(files: CheckpointFiles, scheduler: Any, lcm: bool) -> str:
    if lcm or type(scheduler).__name__ == "LCMScheduler":
        return _LCM
    turbo = scheduler.config.get("timestep_spacing") == "trailing" and "Euler" in type(scheduler).__name__
    return _TURBO if turbo or "turbo" in files.folder.name.lower() else _OTHER
