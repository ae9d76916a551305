"""Which parts of the temporal pipeline are at work."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """All of them, unless an evaluation or a user says otherwise.

    Attributes:
        anchored_noise: the starting noise sticks to surfaces; else it is drawn anew for each picture.
        warp: what was painted is brought along and starts at low strength; sink: attention looks at the last and the first picture;
        places: key frames are kept and come back.
        steady: pictures are averaged over the frames that saw the same surfaces. skip: a picture is given again when nothing has changed.
        stream_batch: the steps of successive frames go through the UNet in one call: the rate of one step, a first picture that
            ripens over `steps` frames.
        true_depth: the engine's depth; else the estimator's, as without an engine.
        condition: where the depth that the UNet and its ControlNets are told comes from: "true", as above, "estimated" or "absent".
    """

    anchored_noise: bool = True
    warp: bool = True
    sink: bool = True
    places: bool = True
    steady: bool = True
    skip: bool = True
    stream_batch: bool = False
    true_depth: bool = True
    condition: str = "true"

    def to_json(self) -> dict[str, Any]:
        """For the worker."""
        return asdict(self)
