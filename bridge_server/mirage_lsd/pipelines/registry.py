"""Which models there are, and how one is loaded."""

from __future__ import annotations

from pathlib import Path

from .base import Pipeline

DEFAULT_MODEL = "mirage-lsd-v1"
WEIGHTS_FOLDER = Path(__file__).parents[1] / "models" / "weights"


def available_models() -> tuple[str, ...]:
    """Names that `load_pipeline` takes: the shipped networks and `passthrough`, which returns its input."""
    return (*sorted(path.stem for path in WEIGHTS_FOLDER.glob("*.safetensors")), "passthrough")


def load_pipeline(
    name: str,
    device: str = "auto",
    *,
    shade_beside_trunk: bool = False,
    accel: str = "auto",
    half: bool = True,
    shade_on: str = "cpu",
) -> Pipeline:
    """Loads a model.

    Args:
        name: one of `available_models()`, the path of a .safetensors file that `mirage-lsd train` wrote, or a folder: a Stable Diffusion
            checkpoint in diffusers format.
        device: "auto" (CUDA where there is one, else CPU), "cpu", "cuda", "cuda:1", ...; for the shipped networks "vulkan": a GPU of any vendor.
        shade_beside_trunk: more frames a second on a CPU, but pictures that depend on the machine's speed; see `MiragePipeline`.
        shade_on: what shades: "cpu", "cuda", "vulkan" or "auto"; see `pipelines.mirage.select_shading.select_shading`.
        accel, half: how the shipped networks run, see `accel.select.select_backend`; float16 on CUDA.

    Raises:
        ValueError: no such model, or its weights can't be read; one sentence that says what to do.
    """
    if name == "passthrough":
        from .passthrough import PassthroughPipeline

        return PassthroughPipeline()
    if name not in available_models() and Path(name).is_dir():
        from .diffusers.files import CheckpointFiles
        from .diffusers.pipeline import DiffusersPipeline

        return DiffusersPipeline(CheckpointFiles(Path(name)), device, accel=accel, half=half)
    path = Path(name) if name.endswith(".safetensors") else WEIGHTS_FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise ValueError(
            f"There is no model {name!r}; this installation has {', '.join(available_models())}; a checkpoint is named by its folder."
        )
    from .mirage.pipeline import MiragePipeline

    return MiragePipeline(
        path, device, shade_beside_trunk=shade_beside_trunk, accel=accel, half=half, shade_on=shade_on
    )
