"""The targets: a level shaded as a theme. Every texture is a function of the world fields that the network is given too,
so nothing in a target is left to chance."""

from __future__ import annotations

import torch
from torch import Tensor

from .greybox import linear_to_srgb
from .materials import MATERIALS, Fields, rgb, smoothstep

SCENES = tuple(MATERIALS)
LIGHTINGS = ("day", "overcast", "sunset", "night", "neon", "fog")

# Each lighting: sun color, ambient from above, ambient from below, horizon, zenith, cloud color, cloud cover, fog per metre, emission, stars.
_LIGHT = {
    "day": ((2.6, 2.4, 2.1), (0.55, 0.70, 0.95), (0.30, 0.28, 0.24), (0.70, 0.82, 0.95), (0.16, 0.38, 0.80), (1.1, 1.1, 1.1), 0.8, 0.006, 0.15, 0.0),
    "overcast": ((0.55, 0.56, 0.58), (0.90, 0.95, 1.05), (0.42, 0.42, 0.43), (0.62, 0.65, 0.69), (0.48, 0.52, 0.58), (0.80, 0.82, 0.86), 1.3, 0.010, 0.25, 0.0),
    "sunset": ((2.6, 1.15, 0.45), (0.42, 0.33, 0.48), (0.24, 0.15, 0.12), (1.05, 0.50, 0.22), (0.20, 0.20, 0.46), (1.25, 0.62, 0.42), 0.8, 0.006, 0.7, 0.0),
    "night": ((0.20, 0.26, 0.42), (0.07, 0.10, 0.19), (0.03, 0.04, 0.07), (0.05, 0.075, 0.15), (0.010, 0.018, 0.055), (0.09, 0.11, 0.17), 0.7, 0.008, 1.6, 1.0),
    "neon": ((0.50, 0.16, 0.60), (0.26, 0.10, 0.42), (0.05, 0.14, 0.20), (0.50, 0.08, 0.45), (0.09, 0.02, 0.22), (0.60, 0.20, 0.75), 0.7, 0.009, 2.0, 0.0),
    "fog": ((0.30, 0.36, 0.40), (0.62, 0.76, 0.84), (0.38, 0.44, 0.47), (0.46, 0.59, 0.65), (0.40, 0.54, 0.62), (0.50, 0.62, 0.68), 0.4, 0.035, 0.5, 0.0),
}  # fmt: skip

# What a scene does to the air: tint towards the horizon, factor on the haze, factor on the clouds.
_AIR = {
    "forest": ((1.0, 1.02, 0.97), 1.6, 1.0),
    "city": ((1.0, 1.0, 1.0), 1.0, 1.0),
    "scifi": ((0.95, 1.0, 1.1), 1.0, 0.8),
    "desert": ((1.1, 0.95, 0.8), 1.0, 0.45),
    "snow": ((1.03, 1.05, 1.1), 1.4, 1.0),
    "village": ((1.04, 1.0, 0.95), 1.0, 1.1),
    "underwater": ((0.22, 0.75, 0.85), 7.0, 0.6),
    "volcanic": ((1.15, 0.62, 0.45), 2.2, 1.3),
}


def shade(
    scene: str,
    lighting: str,
    fields: Tensor,
    normal: Tensor,
    sky: Tensor,
    depth: Tensor,
    view: Tensor,
    sun: Tensor,
    lit: Tensor,
    tint: Tensor,
) -> Tensor:
    """The themed picture of N points, sRGB in 0..1, (N, 3).

    Args:
        scene, lighting: of SCENES and LIGHTINGS.
        fields: (N, FIELD_CHANNELS). normal, view: (N, 3), unit. sky: (N, 1). depth: (N, 1), metres. sun: (3,), unit.
        lit: (N, 1), 1 lit by the sun, 0 in shadow. tint: (N, 4), see `models.character_tint`.
    """
    f = Fields(fields)
    sun_rgb, above, below, horizon, zenith, cloud_rgb, clouds, fog, emission, stars = _LIGHT[lighting]
    air_tint, haze_factor, cloud_factor = _AIR[scene]

    def color_of(values: tuple[float, float, float]) -> Tensor:
        return rgb(*values, like=fields)

    up = view[:, 1:2]
    wall = 1.0 - smoothstep(0.45, 0.75, normal[:, 1:2])
    albedo, emitted = MATERIALS[scene](f, wall)
    # Clothes have a weave, hair has strands; neither depends on the scene.
    albedo = torch.lerp(albedo, tint[:, 1:] * (1 + 0.25 * f.grain + 0.15 * f.fine), tint[:, :1])
    emitted = emitted * (1 - tint[:, :1])
    lambert = (normal * sun).sum(1, keepdim=True).clamp(min=0) * lit
    ambient = torch.lerp(color_of(below), color_of(above), normal[:, 1:2] * 0.5 + 0.5)
    light = lambert * color_of(sun_rgb) + ambient
    if scene == "underwater":
        # Water swallows red, and waves throw a net of light on what faces up.
        net = (1 - 2.2 * (f.medium * 0.7 + f.broad * 0.3).abs()).clamp(min=0) ** 3
        light = light * rgb(0.35, 0.85, 0.95, like=fields) * (1 + 1.6 * net * (1 - wall))
    color = albedo * light + emitted * emission

    toward_sun = (view * sun).sum(1, keepdim=True).clamp(min=0)
    low = (1 - up.clamp(0, 1)) ** 2
    air = torch.lerp(color_of(horizon), color_of(zenith), up.clamp(0, 1) ** 0.55)
    air = air + color_of(sun_rgb) * (0.10 * toward_sun**12)
    air = air * (1 + (rgb(*air_tint, like=fields) - 1) * (0.5 + 0.5 * low if scene == "underwater" else low))
    # On the dome one unit is about the cloud's size: the wide octaves are the clouds, the fine ones their edge, cells are stars.
    cover = 0.75 * f.broad + 0.5 * f.medium + 0.3 * f.wide + 0.12 * f.fine
    cover = smoothstep(0.05, 0.55, cover + 0.25 * (clouds * cloud_factor - 0.8)) * smoothstep(0.02, 0.25, up)
    cover = (cover * clouds * cloud_factor).clamp(max=0.95)
    heavens = torch.lerp(air, color_of(cloud_rgb) * (0.8 + 0.35 * toward_sun**2), cover)
    star = smoothstep(0.42, 0.6, f.grain) * smoothstep(0.25, 0.5, f.speck) * (1 - cover) * smoothstep(0.1, 0.3, up)
    heavens = heavens + stars * star
    disc = smoothstep(0.9985, 0.9993, toward_sun) * (1 - cover * 0.7)
    heavens = heavens + color_of(sun_rgb) * disc * (0.2 if scene == "underwater" else 1.0)
    haze = 1 - torch.exp(-depth * (fog * haze_factor))
    color = torch.lerp(color, air, haze)
    color = torch.lerp(color, heavens, sky)
    return linear_to_srgb(1.0 - torch.exp(-1.25 * color))
