"""Random checkpoints of every kind that is supported, built with diffusers itself: a few hundred thousand parameters, in a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    DDIMScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    T2IAdapter,
    UNet2DConditionModel,
)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from mirage_lsd_lab.training.checkpoint.networks import word_tokenizer

WIDTH, STRIDE = 16, 4
_WORDS = [
    "a",
    "an",
    "the",
    "of",
    "in",
    "at",
    "snowy",
    "village",
    "by",
    "night",
    "day",
    "red",
    "green",
    "blue",
    "roofs",
    "forest",
    "city,",
    "and",
    "()",
]
_BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
_DOWN, _UP = ("CrossAttnDownBlock2D", "DownBlock2D"), ("UpBlock2D", "CrossAttnUpBlock2D")


def scheduler_of(kind: str) -> Any:
    """ "sd": DDIM, noise; "sd2": DDIM, v; "turbo": Euler, trailing; "lcm"."""
    if kind == "lcm":
        return LCMScheduler(**_BETAS, original_inference_steps=50)
    if kind == "turbo":
        return EulerDiscreteScheduler(**_BETAS, timestep_spacing="trailing")
    more = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True} if kind == "sd2" else {}
    return DDIMScheduler(**_BETAS, clip_sample=False, timestep_spacing="trailing", **more)


def unet_of(kind: str, text_width: int) -> UNet2DConditionModel:
    """Two levels, so that pictures are multiples of 8 pixels."""
    more: dict[str, Any] = {}
    if kind == "sdxl":
        more = {
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": 8 * 6 + WIDTH,
        }
    if kind == "lcm":
        more = {"time_cond_proj_dim": 8}
    return UNet2DConditionModel(
        sample_size=16, in_channels=5 if kind == "depth" else 4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16),
        norm_num_groups=4, cross_attention_dim=text_width, attention_head_dim=4, down_block_types=_DOWN, up_block_types=_UP, **more,
    )  # fmt: skip


def text_encoder_of(tokenizer: Any, *, projected: bool = False) -> Any:
    """Two layers, WIDTH wide."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=16, projection_dim=WIDTH, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    return CLIPTextModelWithProjection(config) if projected else CLIPTextModel(config)


def vae_of(*, tiny: bool) -> Any:
    """Four pixels a latent, whichever kind."""
    if tiny:
        return AutoencoderTiny(
            encoder_block_out_channels=(8, 8, 8), decoder_block_out_channels=(8, 8, 8), num_encoder_blocks=(1, 1, 1),
            num_decoder_blocks=(1, 1, 1),
        )  # fmt: skip
    return AutoencoderKL(
        block_out_channels=(8, 8, 8), norm_num_groups=4, latent_channels=4, layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
    )  # fmt: skip


def write_checkpoint(folder: Path, kind: str, *, tiny_vae: bool = True, seed: int = 0) -> Path:
    """`kind`: sd, sd2, turbo, lcm, sdxl or depth."""
    torch.manual_seed(seed)
    tokenizer = word_tokenizer(_WORDS, 16)
    index: dict[str, Any] = {
        "_class_name": {"sdxl": "StableDiffusionXLPipeline", "depth": "StableDiffusionDepth2ImgPipeline"}.get(
            kind, "StableDiffusionPipeline"
        )
    }
    parts = {
        "unet": unet_of(kind, 2 * WIDTH if kind == "sdxl" else WIDTH),
        "vae": vae_of(tiny=tiny_vae),
        "text_encoder": text_encoder_of(tokenizer),
    }
    if kind == "sdxl":
        parts["text_encoder_2"] = text_encoder_of(tokenizer, projected=True)
        tokenizer.save_pretrained(folder / "tokenizer_2")
    for name, part in parts.items():
        part.save_pretrained(folder / name, safe_serialization=True)
        index[name] = ["transformers" if "text" in name else "diffusers", type(part).__name__]
    tokenizer.save_pretrained(folder / "tokenizer")
    scheduler_of(kind).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def write_controlnet(folder: Path, seed: int = 1) -> Path:
    """A ControlNet for any of the kinds but SDXL, its last layers not zero, so that it has something to say."""
    torch.manual_seed(seed)
    net = ControlNetModel.from_unet(unet_of("sd", WIDTH), conditioning_embedding_out_channels=(8, 8, 8))
    for block in (*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out):
        torch.nn.init.normal_(block.weight, std=0.3)
    net.save_pretrained(folder, safe_serialization=True)
    return folder


def write_adapter(folder: Path) -> Path:
    """A T2I-adapter for these UNets."""
    torch.manual_seed(2)
    T2IAdapter(
        in_channels=3, channels=[8, 16], num_res_blocks=1, downscale_factor=4, adapter_type="full_adapter"
    ).save_pretrained(folder, safe_serialization=True)
    return folder


def write_lora(file: Path, *, scale: float, width: int = WIDTH) -> Path:
    """A LoRA of every attention layer; `scale` 0: one that was never trained."""
    torch.manual_seed(3)
    unet = unet_of("sd", width)
    unet.add_adapter(LoraConfig(r=2, lora_alpha=2, target_modules=["to_q", "to_k", "to_v"]))
    state = {f"unet.{name}": value.contiguous() for name, value in get_peft_model_state_dict(unet).items()}
    state = {name: torch.randn_like(value) * (scale if "lora_B" in name else 1.0) for name, value in state.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, file, metadata={"format": "pt"})
    return file


def write_ip_adapter(folder: Path, *, plus: bool = False, seen: int = WIDTH) -> Path:
    """An IP-Adapter for the UNets of "sd" with an image encoder of 32 x 32 pixels; `seen`: numbers a picture that it takes."""
    torch.manual_seed(4)
    encoder = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=WIDTH,
            intermediate_size=32,
            projection_dim=WIDTH,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=32,
            patch_size=8,
        )
    )
    encoder.save_pretrained(folder / "image_encoder", safe_serialization=True)
    state: dict[str, torch.Tensor] = {}
    if plus:
        # As the published ones: four layers of attention and of two linear ones, heads 64 wide.
        shapes = {
            "latents": (1, 4, WIDTH), "proj_in.weight": (WIDTH, seen), "proj_in.bias": (WIDTH,), "proj_out.weight": (WIDTH, WIDTH),
            "proj_out.bias": (WIDTH,), "norm_out.weight": (WIDTH,), "norm_out.bias": (WIDTH,),
        }  # fmt: skip
        for layer in range(4):
            own = {
                "0.norm1.weight": (WIDTH,), "0.norm1.bias": (WIDTH,), "0.norm2.weight": (WIDTH,), "0.norm2.bias": (WIDTH,),
                "0.to_q.weight": (64, WIDTH), "0.to_kv.weight": (128, WIDTH), "0.to_out.weight": (WIDTH, 64), "1.0.weight": (WIDTH,),
                "1.0.bias": (WIDTH,), "1.1.weight": (4 * WIDTH, WIDTH), "1.3.weight": (WIDTH, 4 * WIDTH),
            }  # fmt: skip
            shapes |= {f"layers.{layer}.{name}": shape for name, shape in own.items()}
    else:
        shapes = {
            "proj.weight": (4 * WIDTH, seen),
            "proj.bias": (4 * WIDTH,),
            "norm.weight": (WIDTH,),
            "norm.bias": (WIDTH,),
        }
    for name, shape in shapes.items():
        state[f"image_proj.{name}"] = (
            torch.ones(shape) if "norm" in name and "weight" in name else torch.randn(shape) * 0.3
        )
    unet = unet_of("sd", WIDTH)
    for number, name in enumerate(unet.attn_processors):
        if ".attn2." in name:
            width = unet.get_submodule(name.removesuffix(".processor")).to_q.out_features
            for key in ("to_k_ip", "to_v_ip"):
                state[f"ip_adapter.{number}.{key}.weight"] = torch.randn(width, WIDTH)
    save_file(state, folder / "ip-adapter_sd15.safetensors", metadata={"format": "pt"})
    return folder
