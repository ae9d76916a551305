"""Values that arrive as text, as the kind that a control wants."""

from __future__ import annotations

from .base import ControlInfo, ControlValue

_YES, _NO = ("1", "true", "on", "yes"), ("0", "false", "off", "no")


def read_value(control: ControlInfo, text: str) -> ControlValue:
    """A control's value from text.

    Raises:
        ValueError: the text is none; one sentence that says what there is.
    """
    try:
        match control.kind:
            case "choice":
                if text not in control.values:
                    raise ValueError(f"{control.name} takes {', '.join(control.values)}, not {text!r}.")
                return text
            case "number":
                number = float(text)
                if not control.minimum <= number <= control.maximum:
                    raise ValueError(f"{control.name} takes {control.minimum:g} to {control.maximum:g}, not {text}.")
                return number
            case "seed":
                return int(text)
            case "flag":
                if text.casefold() not in _YES + _NO:
                    raise ValueError(f"{control.name} takes on or off, not {text!r}.")
                return text.casefold() in _YES
            case "color" if text.startswith("#") and len(text) == 7:
                return tuple(int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
            case "color" | "direction":
                return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        if str(error).startswith(control.name):
            raise
        raise ValueError(f"{control.name} is a {control.kind} and can't be {text!r}.") from None
    return text


def check_value(control: ControlInfo, value: object) -> ControlValue:
    """A value from a program, as the kind that a control wants.

    Raises:
        ValueError: it is none; one sentence that says what there is.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match control.kind:
        case "choice" | "text" if isinstance(value, str):
            return read_value(control, value)
        case "number" if number:
            return read_value(control, str(value))
        case "flag" if isinstance(value, bool):
            return value
        case "seed" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "color" | "direction" if isinstance(value, tuple | list) and len(value) == 3:
            return tuple(float(part) for part in value)
    raise ValueError(f"{control.name} is a {control.kind} and can't be {value!r}.")
