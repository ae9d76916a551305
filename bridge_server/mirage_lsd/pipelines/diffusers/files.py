"""A checkpoint's files, looked at before anything is loaded: what is missing or wrong is said in one sentence. Needs neither torch nor diffusers."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTROL_KINDS = ("depth", "normal", "seg", "canny")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_MOST_HEADER_BYTES = 100 << 20
_SINGLE = ("vae", "ip_adapter", "references")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
MOST_REFERENCES = 64
# Classes of model_index.json whose parts are those of Stable Diffusion 1 and 2, and of SDXL.
_SD = (
    "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionControlNetPipeline",
    "StableDiffusionControlNetImg2ImgPipeline", "StableDiffusionDepth2ImgPipeline", "LatentConsistencyModelPipeline",
    "LatentConsistencyModelImg2ImgPipeline",
)  # fmt: skip
_SDXL = (
    "StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLControlNetPipeline",
    "StableDiffusionXLControlNetImg2ImgPipeline",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckpointFiles:
    """What to load.

    Attributes:
        folder: in diffusers format, with model_index.json.
        loras: .safetensors files or folders that hold one. vae: a folder; None: the checkpoint's own.
        controlnets, adapters: (what it is fed with: one of CONTROL_KINDS, its folder).
        ip_adapter: a .safetensors file with a folder `image_encoder` beside it, or a folder with both. references: a folder of pictures for it.
    """

    folder: Path
    loras: tuple[Path, ...] = ()
    controlnets: tuple[tuple[str, Path], ...] = ()
    adapters: tuple[tuple[str, Path], ...] = ()
    vae: Path | None = None
    ip_adapter: Path | None = None
    references: Path | None = None

    @property
    def name(self) -> str:
        """What clients call it."""
        return self.folder.resolve().name

    def to_json(self) -> dict[str, Any]:
        """For the worker; `from_json` reads it."""
        return {
            "folder": str(self.folder.resolve()),
            "loras": [str(path.resolve()) for path in self.loras],
            "controlnets": [[kind, str(path.resolve())] for kind, path in self.controlnets],
            "adapters": [[kind, str(path.resolve())] for kind, path in self.adapters],
            **{name: None if (path := getattr(self, name)) is None else str(path.resolve()) for name in _SINGLE},
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> CheckpointFiles:
        """What `to_json` wrote."""
        return cls(
            Path(fields["folder"]),
            tuple(Path(path) for path in fields["loras"]),
            tuple((kind, Path(path)) for kind, path in fields["controlnets"]),
            tuple((kind, Path(path)) for kind, path in fields["adapters"]),
            *(None if fields[name] is None else Path(fields[name]) for name in _SINGLE),
        )


def control_of(argument: str) -> tuple[str, Path]:
    """`depth=./folder`, or a folder whose name says what it takes.

    Raises:
        ValueError: nobody knows what it takes.
    """
    kind, equals, path = argument.partition("=")
    if equals and kind in CONTROL_KINDS:
        return kind, Path(path)
    found = [kind for kind in CONTROL_KINDS if kind in Path(argument).name.lower()]
    if len(found) != 1:
        raise ValueError(
            f"What {argument} is fed with can't be seen from its name; write one of {', '.join(CONTROL_KINDS)} before it: depth={argument}."
        )
    return found[0], Path(argument)


def check_files(files: CheckpointFiles) -> str:
    """Looks at every file's outside; executes and loads nothing.

    Returns:
        "sd" or "sdxl".

    Raises:
        ValueError: one sentence.
    """
    folder = files.folder
    if not folder.is_dir():
        raise ValueError(
            f"{folder} is no folder; --model takes a folder in diffusers format, with a model_index.json in it."
        )
    index = _index(folder)
    family = _family(folder, index)
    parts = ["unet", "vae", "text_encoder"] + (["text_encoder_2"] if family == "sdxl" else [])
    for part in parts:
        if part == "vae" and files.vae is not None:
            continue
        if part == "text_encoder_2" and not (folder / part).is_dir():
            raise ValueError(
                f"{folder} is an SDXL checkpoint without its second text encoder (text_encoder_2); copy the whole folder again."
            )
        check_module(folder / part)
    tokenizers = ["tokenizer"] + (["tokenizer_2"] if family == "sdxl" else [])
    for tokenizer in tokenizers:
        if not any((folder / tokenizer / name).is_file() for name in ("tokenizer.json", "vocab.json")):
            raise ValueError(
                f"{folder / tokenizer} has no vocabulary (vocab.json and merges.txt, or tokenizer.json); copy the whole folder again."
            )
    if not (folder / "scheduler" / "scheduler_config.json").is_file():
        raise ValueError(f"{folder} has no scheduler/scheduler_config.json; copy the whole folder again.")
    if files.vae is not None:
        check_module(files.vae)
    for _, extra in (*files.controlnets, *files.adapters):
        check_module(extra)
    for lora in files.loras:
        lora_file(lora)
    if files.ip_adapter is not None:
        check_module(ip_adapter_files(files.ip_adapter)[1])
    if (files.ip_adapter is None) != (files.references is None):
        raise ValueError(
            "An IP-Adapter and its pictures go together; name both: --ip-adapter FOLDER --references FOLDER."
        )
    reference_pictures(files.references)
    return family


def ip_adapter_files(path: Path) -> tuple[Path, Path]:
    """An IP-Adapter's weights and the folder of its image encoder.

    Raises:
        ValueError: one sentence.
    """
    weights = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if path.is_dir():
        _refuse_pickles(path, weights)
    if path.suffix in _PICKLES:
        raise ValueError(f"{path} is a pickle, which could run anything; take the IP-Adapter's .safetensors file.")
    if len(weights) != 1 or not weights[0].is_file():
        what = f"holds {len(weights)} .safetensors files" if path.is_dir() else "is not there"
        raise ValueError(f"{path} {what}; --ip-adapter takes a .safetensors file, or a folder with one.")
    check_safetensors(weights[0])
    encoder = weights[0].parent / "image_encoder"
    if not encoder.is_dir():
        raise ValueError(
            f"{weights[0].parent} has no folder image_encoder, without which an IP-Adapter sees nothing; copy it there."
        )
    return weights[0], encoder


def reference_pictures(folder: Path | None) -> dict[str, Path]:
    """The pictures of a folder by their names without ending.

    Raises:
        ValueError: one sentence.
    """
    if folder is None:
        return {}
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in _PICTURES)
    if not found or len(found) > MOST_REFERENCES:
        raise ValueError(
            f"{folder} holds {len(found)} pictures; --references takes a folder with 1 to {MOST_REFERENCES} PNG, JPEG or WebP files."
        )
    return {path.stem: path for path in found}


def lora_file(path: Path) -> Path:
    """The weights of a LoRA: the file itself, or the only one in a folder.

    Raises:
        ValueError: there is none, or it is no whole safetensors file.
    """
    if path.is_dir():
        found = sorted(path.glob("*.safetensors"))
        if len(found) != 1:
            _refuse_pickles(path, found)
            raise ValueError(f"{path} holds {len(found)} .safetensors files; name the LoRA's own file.")
        path = found[0]
    if path.suffix in _PICKLES:
        raise ValueError(f"{path} is a pickle, which could run anything; take the LoRA's .safetensors file.")
    if not path.is_file():
        raise ValueError(f"The LoRA {path} is not there.")
    check_safetensors(path)
    return path


def check_module(folder: Path) -> None:
    """One part of a checkpoint: its config and whole weights in safetensors.

    Raises:
        ValueError: one sentence.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is not there; copy the whole checkpoint again.")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        _refuse_pickles(folder, weights)
        raise ValueError(f"{folder} holds no weights (.safetensors); copy the whole folder again.")
    if not (folder / "config.json").is_file():
        raise ValueError(f"{folder} has weights but no config.json; copy the whole folder again.")
    _json(folder / "config.json")
    for path in weights:
        check_safetensors(path)


def variant_of(folder: Path) -> str | None:
    """ "fp16" where a part has its weights only in that form, else None."""
    names = [path.name for path in folder.glob("*.safetensors")]
    return "fp16" if names and all(".fp16" in name for name in names) else None


def check_safetensors(path: Path) -> None:
    """Whether the file is as long as its header says.

    Raises:
        ValueError: it is no safetensors file, or half a one.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(size - 8, _MOST_HEADER_BYTES):
                raise ValueError("its header is longer than the file")
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    except (OSError, struct.error, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"{path} is no whole safetensors file ({error}); copy it again.") from None
    if not ends or max(ends) + 8 + length > size:
        wanted = (max(ends) if ends else 0) + 8 + length
        raise ValueError(f"{path} has {size:,} of {wanted:,} bytes; copy it again.")


def _index(folder: Path) -> dict[str, Any]:
    path = folder / "model_index.json"
    if path.is_file():
        return _json(path)
    single = sorted(folder.glob("*.safetensors"))
    if single:
        raise ValueError(
            f"{folder} has no model_index.json: {single[0].name} is a single file of another tool; "
            "convert it with diffusers (StableDiffusionPipeline.from_single_file(FILE).save_pretrained(FOLDER))."
        )
    _refuse_pickles(folder, single)
    raise ValueError(f"{folder} has no model_index.json, so it is no checkpoint in diffusers format.")


def _family(folder: Path, index: dict[str, Any]) -> str:
    for name, entry in index.items():
        if name.startswith("_") or not isinstance(entry, list):
            continue
        library = entry[0] if entry else None
        if library not in ("diffusers", "transformers", "stable_diffusion", "latent_consistency_models", None):
            raise ValueError(
                f"{folder} wants code of its own for `{name}` ({library}); code that comes with a checkpoint is never run."
            )
    kind = index.get("_class_name")
    if kind in _SD:
        return "sd"
    if kind in _SDXL:
        return "sdxl"
    raise ValueError(
        f"{folder} is a {kind}; Stable Diffusion 1.5, 2.1, Turbo, SDXL and their LCM versions can be used."
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} can't be read ({error}); copy it again.") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} is no JSON object; copy it again.")
    return found


def _refuse_pickles(folder: Path, weights: list[Path]) -> None:
    pickles = sorted(_pickles(folder))
    if pickles and not weights:
        raise ValueError(
            f"{folder} holds its weights only as pickles ({pickles[0].name}), which could run anything; "
            "take the checkpoint's safetensors version, or convert it on a machine that you trust."
        )


def _pickles(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix in _PICKLES)
