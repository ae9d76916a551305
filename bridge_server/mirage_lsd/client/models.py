"""The daemon's models and their controls, out of the native core."""

from __future__ import annotations

from typing import Any

from .text import text
from .types import Control

_KINDS = ("choice", "text", "number", "direction", "color", "flag", "seed")
_OK = 0


def models_of(ffi: Any, lib: Any, client: Any) -> dict[str, tuple[Control, ...]]:
    """Controls by model name. A daemon that is replaced meanwhile may leave some out."""
    models: dict[str, tuple[Control, ...]] = {}
    buffer = ffi.new("char[]", 1025)
    for index in range(lib.lsd_client_model_count(client)):
        if lib.lsd_client_model_name(client, index, buffer, len(buffer)) == _OK:
            name = ffi.new("char[]", ffi.string(buffer))
            count = lib.lsd_client_control_count(client, name)
            found = (_control(ffi, lib, client, name, position) for position in range(count))
            models[text(ffi, buffer)] = tuple(control for control in found if control is not None)
    return models


def _control(ffi: Any, lib: Any, client: Any, model: Any, index: int) -> Control | None:
    spec = ffi.new("lsd_control_spec*")
    spec.size = ffi.sizeof("lsd_control_spec")
    if lib.lsd_client_control_spec(client, model, index, spec) != _OK:
        return None
    buffer = ffi.new("char[]", 1025)
    values = []
    for choice in range(spec.choice_count):
        if lib.lsd_client_control_choice(client, model, index, choice, buffer, len(buffer)) == _OK:
            values.append(text(ffi, buffer))
    return Control(
        name=text(ffi, spec.name),
        kind=_KINDS[spec.kind],
        help=text(ffi, spec.help),
        default=_default(ffi, spec),
        transition=bool(spec.takes_transition),
        values=tuple(values),
        minimum=spec.minimum,
        maximum=spec.maximum,
        unit=text(ffi, spec.unit),
        max_bytes=spec.max_bytes,
    )


def _default(ffi: Any, spec: Any) -> str | float | tuple[float, ...] | bool | int | None:
    match _KINDS[spec.kind]:
        case "choice" | "text":
            return text(ffi, spec.default_text)
        case "number":
            return float(spec.default_values[0])
        case "flag":
            return bool(spec.default_values[0])
        case "seed":
            return int(spec.default_seed)
    return tuple(spec.default_values[i] for i in range(3)) if spec.has_default else None
