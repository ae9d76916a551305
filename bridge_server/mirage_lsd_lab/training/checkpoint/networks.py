"""The parts of the small checkpoint, untrained, and how they are written as a folder in diffusers format."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from .prompts import all_words

# Pictures that it is trained on. A latent is four pixels wide, so that a step of the UNet costs a quarter of what it does with two, and has
# channels enough to hold textures nevertheless.
WIDTH, HEIGHT, STRIDE, CHANNELS = 192, 112, 4, 12
_TOKENS = 24
_TEXT_WIDTH = 96


@dataclass
class Parts:
    """A checkpoint's parts."""

    vae: AutoencoderTiny
    unet: UNet2DConditionModel
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    scheduler: DDIMScheduler


def new_parts(seed: int) -> Parts:
    """Random weights; the same for the same seed."""
    torch.manual_seed(seed)
    tokenizer = word_tokenizer(all_words(), _TOKENS)
    vae = AutoencoderTiny(
        encoder_block_out_channels=(24, 24, 24), decoder_block_out_channels=(24, 24, 24), num_encoder_blocks=(0, 0, 1),
        num_decoder_blocks=(2, 1, 1), latent_channels=CHANNELS,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=(HEIGHT // STRIDE, WIDTH // STRIDE), in_channels=CHANNELS + 1, out_channels=CHANNELS, layers_per_block=1,
        block_out_channels=(32, 64, 96), norm_num_groups=16, cross_attention_dim=_TEXT_WIDTH, attention_head_dim=4,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        # The text also reaches every block as the time does: cross-attention alone hardly listened to it.
        addition_embed_type="text", addition_embed_type_num_heads=4, resnet_time_scale_shift="scale_shift",
    )  # fmt: skip
    text_encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=_TEXT_WIDTH, intermediate_size=2 * _TEXT_WIDTH, num_hidden_layers=2,
            num_attention_heads=4, max_position_embeddings=_TOKENS, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip
    scheduler = DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
        rescale_betas_zero_snr=True, timestep_spacing="trailing", clip_sample=False,
    )  # fmt: skip
    return Parts(vae, unet, text_encoder, tokenizer, scheduler)


def word_tokenizer(texts: Iterable[str], length: int) -> CLIPTokenizer:
    """A CLIP tokenizer whose merges make one token of every word of `texts`; other words fall into letters."""
    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    bpe.normalizer = normalizers.Lowercase()
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=4_000, special_tokens=["<|startoftext|>", "<|endoftext|>"], end_of_word_suffix="</w>",
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )  # fmt: skip
    bpe.train_from_iterator([*texts, *(letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789-.!?'")] * 3, trainer)
    model = json.loads(bpe.to_str())["model"]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    with tempfile.TemporaryDirectory() as folder:
        vocab, merged = Path(folder) / "vocab.json", Path(folder) / "merges.txt"
        vocab.write_text(json.dumps(model["vocab"]))
        merged.write_text("\n".join(["#version: 0.2", *merges]) + "\n")
        tokenizer: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder, model_max_length=length, local_files_only=True)
        return tokenizer


def write_folder(parts: Parts, folder: Path, *, half: bool = True) -> None:
    """Writes the checkpoint as `StableDiffusionDepth2ImgPipeline` would; safetensors, fp16 unless `half` is false."""
    dtype = torch.float16 if half else torch.float32
    for name in ("vae", "unet", "text_encoder"):
        getattr(parts, name).to(dtype).save_pretrained(folder / name, safe_serialization=True)
        getattr(parts, name).to(torch.float32)
    parts.tokenizer.save_pretrained(folder / "tokenizer")
    parts.scheduler.save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "StableDiffusionDepth2ImgPipeline", "_diffusers_version": "0.42.1",
        "vae": ["diffusers", "AutoencoderTiny"], "unet": ["diffusers", "UNet2DConditionModel"],
        "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "DDIMScheduler"],
    }  # fmt: skip
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
