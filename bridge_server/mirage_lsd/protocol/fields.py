"""Strict reading of the keys of a map: type, range, finite numbers."""

from __future__ import annotations

import math
from typing import Any

from .errors import ProtocolError
from .header import INT64_MAX, INT64_MIN, MAX_ELEMENTS

MAX_STRING_BYTES = 1_024
FLOAT32_MAX = 3.4028234663852886e38


class Fields:
    """One map of a header; every reader raises `ProtocolError(code)` with the key's full name in its sentence."""

    def __init__(self, values: dict[str, Any], name: str, code: str = "malformed") -> None:
        self._values = values
        self._name = name
        self._code = code

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def names(self) -> list[str]:
        return list(self._values)

    def with_code(self, code: str) -> Fields:
        """The same map, whose errors have another code."""
        return Fields(self._values, self._name, code)

    def raw(self, key: str) -> Any:
        if key not in self._values:
            raise ProtocolError(self._code, f"`{self._name}` lacks the key `{key}`.")
        return self._values[key]

    def integer(self, key: str, low: int = INT64_MIN, high: int = INT64_MAX) -> int:
        return self._integer(self.raw(key), key, low, high)

    def number(self, key: str, low: float = -FLOAT32_MAX, high: float = FLOAT32_MAX) -> float:
        return self._number(self.raw(key), key, low, high)

    def boolean(self, key: str) -> bool:
        value = self.raw(key)
        if type(value) is not bool:
            raise self.wrong(key, "must be true or false")
        return value

    def text(self, key: str, max_bytes: int = MAX_STRING_BYTES) -> str:
        return self._text(self.raw(key), key, max_bytes)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self._text(item, key, MAX_STRING_BYTES) for item in self._items(key))

    def integers(self, key: str, count: int, low: int, high: int) -> tuple[int, ...]:
        return tuple(self._integer(item, key, low, high) for item in self._items(key, count))

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        return tuple(self._number(item, key, -FLOAT32_MAX, FLOAT32_MAX) for item in self._items(key, count))

    def map(self, key: str) -> Fields:
        value = self.raw(key)
        if type(value) is not dict:
            raise self.wrong(key, "must be a map")
        return Fields(value, f"{self._name}.{key}", self._code)

    def maps(self, key: str) -> list[Fields]:
        maps: list[Fields] = []
        for index, item in enumerate(self._items(key)):
            if type(item) is not dict:
                raise self.wrong(key, "must be an array of maps")
            maps.append(Fields(item, f"{self._name}.{key}[{index}]", self._code))
        return maps

    def wrong(self, key: str, what: str) -> ProtocolError:
        return ProtocolError(self._code, f"`{self._name}.{key}` {what}.")

    def _items(self, key: str, count: int | None = None) -> list[Any]:
        value = self.raw(key)
        if type(value) is not list:
            raise self.wrong(key, "must be an array")
        if count is not None and len(value) != count:
            raise self.wrong(key, f"must have {count} elements, not {len(value)}")
        if len(value) > MAX_ELEMENTS:
            raise self.wrong(key, f"must have at most {MAX_ELEMENTS} elements")
        return value

    def _integer(self, value: Any, key: str, low: int, high: int) -> int:
        if type(value) is not int:
            raise self.wrong(key, "must be an integer")
        if not low <= value <= high:
            raise self.wrong(key, f"must be in {low}..{high}, not {value}")
        return value

    def _number(self, value: Any, key: str, low: float, high: float) -> float:
        # Writers send floats; an integer is taken as well, because dynamic languages turn 1.0 into 1.
        if type(value) is not float and type(value) is not int:
            raise self.wrong(key, "must be a number")
        number = float(value)
        if not math.isfinite(number):
            raise self.wrong(key, "must be finite")
        if not low <= number <= high:
            raise self.wrong(key, f"must be in {low:g}..{high:g}, not {number:g}")
        return number

    def _text(self, value: Any, key: str, max_bytes: int) -> str:
        if type(value) is not str:
            raise self.wrong(key, "must be a string")
        if len(value.encode("utf-8", "surrogatepass")) > max_bytes:
            raise self.wrong(key, f"must have at most {max_bytes} bytes")
        return value
