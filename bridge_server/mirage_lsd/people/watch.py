"""People from picture to picture of a stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..picture import Pixels
from .body import Body
from .matte import matte, steadied
from .networks import PersonNetworks
from .square import TurnedSquare

Floats = npt.NDArray[np.float32]

# A picture in which less than this part is somebody shows nobody.
_LEAST_AREA = 0.004
# Without a body in sight it is looked for in every so many-th picture.
_LOOK_EVERY = 4


@dataclass(frozen=True, slots=True)
class Person:
    """Who is in a picture.

    Attributes:
        matte: H x W, how much of each pixel is theirs, 0..1.
        body: of the surest one, None: not looked for, or not found. face: its outline, 36 x 2 in pixels, or None.
    """

    matte: Floats
    body: Body | None
    face: Floats | None


class PersonWatch:
    """What is remembered of a stream's people; fixed in size. One thread."""

    def __init__(self) -> None:
        self._mask: Floats | None = None
        self._region: TurnedSquare | None = None
        self._body: Body | None = None
        self._since_look = _LOOK_EVERY

    def forget(self) -> None:
        """After a cut."""
        self.__init__()  # type: ignore[misc]

    def look(self, networks: PersonNetworks, pixels: Pixels, *, with_body: bool) -> Person | None:
        """Who is in the next picture, H x W x 3 or 4; None: nobody. `with_body`: joints and face are wanted as well."""
        self._mask = steadied(networks.mask(pixels), self._mask)
        if float((self._mask > 0.5).mean()) < _LEAST_AREA:
            self._region = self._body = None
            return None
        body, face = self._follow(networks, pixels) if with_body else (None, None)
        return Person(matte(self._mask, pixels), body, face)

    def _follow(self, networks: PersonNetworks, pixels: Pixels) -> tuple[Body | None, Floats | None]:
        if self._region is None:
            self._since_look += 1
            if self._since_look < _LOOK_EVERY:
                return None, None
            self._since_look = 0
            self._region = networks.find_body(pixels)
            if self._region is None:
                return None, None
            # The detector's square is rough: once more where the joints say.
            _, self._region = networks.body(pixels, self._region)
        found, following = networks.body(pixels, self._region)
        self._region = following if found is not None else None
        self._body = found if found is None or self._body is None else found.steadied(self._body)
        return self._body, None if self._body is None else networks.face(pixels, self._body.face_region())
