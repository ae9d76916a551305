"""The default model's weights."""

from __future__ import annotations

from .finding import Finding

_NAME = "model"


def check_model() -> Finding:
    """The weights can be read. Nothing is compiled."""
    hint = (
        "pip install --force-reinstall mirage-lsd, or in a checkout: `git checkout -- bridge_server/mirage_lsd/models`"
    )
    try:
        from ..controls import Choice
        from ..pipelines.registry import DEFAULT_MODEL, load_pipeline

        pipeline = load_pipeline(DEFAULT_MODEL, "cpu")
    except Exception as error:  # torch or safetensors may be broken, too
        return Finding(_NAME, "problem", str(error), hint)
    choices = "; ".join(", ".join(spec.values) for spec in pipeline.controls if isinstance(spec, Choice))
    return Finding(_NAME, "ok", f"{pipeline.name}: {choices}")
