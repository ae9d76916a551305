"""From Panda3D's conventions to the protocol's (PROTOCOL.md, section 2), and the only place where the two meet.

Panda3D: z up, the camera looks along +y, vectors are rows (`v * M`). Protocol: y up, the camera looks along -z, vectors
are columns (`M * v`). Both are right-handed and in metres.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from panda3d.core import Lens, LMatrix4f, NodePath

from ...frame import Camera

Matrix = npt.NDArray[np.float32]

# protocol_from_panda: x stays, Panda3D's up (z) is y, Panda3D's forward (y) is -z.
PROTOCOL_FROM_PANDA: Matrix = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]], np.float32)


def direction_to_protocol(v: tuple[float, float, float]) -> tuple[float, float, float]:
    """A direction or point of Panda3D's world in the protocol's."""
    return (v[0], v[2], -v[1])


def direction_to_panda(v: tuple[float, float, float]) -> tuple[float, float, float]:
    """The inverse of `direction_to_protocol`."""
    return (v[0], -v[2], v[1])


def camera_to_protocol(camera: NodePath, root: NodePath) -> Camera:
    """View and projection of `camera` (a node path with a lens) in the world of `root`."""
    lens = camera.node().getLens()
    camera_from_root = _columns(root.getMat(camera))
    view = PROTOCOL_FROM_PANDA @ camera_from_root @ PROTOCOL_FROM_PANDA.T
    projection = _columns(lens.getProjectionMat()) @ PROTOCOL_FROM_PANDA.T
    return Camera(view.astype(np.float32), projection.astype(np.float32), near=lens.getNear(), far=lens.getFar())


def depth_to_metres(stored: npt.NDArray[np.float32], lens: Lens) -> npt.NDArray[np.float32]:
    """A depth buffer (0..1) as metres along the view axis, +inf where nothing was drawn.

    From z_ndc = 2 stored - 1 and z_ndc = (a d - b) / d, with a = (f + n) / (f - n) and b = 2 f n / (f - n).
    """
    near, far = lens.getNear(), lens.getFar()
    with np.errstate(divide="ignore"):
        metres = (far * near) / (far - stored * np.float32(far - near))
    return np.where(stored >= 1.0, np.float32(np.inf), metres).astype(np.float32)


def _columns(m: LMatrix4f) -> Matrix:
    """Panda3D's matrix for row vectors as the same map for column vectors."""
    return np.array([[m.getCell(c, r) for c in range(4)] for r in range(4)], np.float32)
