"""Which models there are, and how one is loaded."""

from __future__ import annotations

from pathlib import Path

from .base import Pipeline

DEFAULT_MODEL = "mirage-lsd-v1"
WEIGHTS_FOLDER = Path(__file__).parents[1] / "models" / "weights"


def available_models() -> tuple[str, ...]:
    """Names that `load_pipeline` takes: the shipped networks and `passthrough`, which returns its input."""
    return (*sorted(path.stem for path in WEIGHTS_FOLDER.glob("*.safetensors")), "passthrough")


def load_pipeline(name: str, device: str = "auto") -> Pipeline:
    """Loads a model.

    Args:
        name: one of `available_models()`, or the path of a .safetensors file that `mirage-lsd train` wrote.
        device: "auto" (CUDA where there is one, else CPU), "cpu", "cuda", "cuda:1", ...

    Raises:
        ValueError: no such model, or its weights can't be read; one sentence that says what to do.
    """
    if name == "passthrough":
        from .passthrough import PassthroughPipeline

        return PassthroughPipeline()
    path = Path(name) if name.endswith(".safetensors") else WEIGHTS_FOLDER / f"{name}.safetensors"
    if not path.is_file():
        raise ValueError(f"There is no model {name!r}; this installation has {', '.join(available_models())}.")
    from .mirage.pipeline import MiragePipeline

    return MiragePipeline(path, device)
