"""The checkpoint's own noise schedule, at the few times that are visited.

Signal and noise are those of the scheduler that came with the checkpoint (betas, prediction type, zero terminal SNR); between two times
DDIM's step is taken (Song et al., 2021), to which Euler's on the same times is equal, or a consistency model's (Luo et al., "Latent
Consistency Models", 2023). Written per picture and stateless, unlike diffusers' schedulers, so that pictures at different times can go
through the UNet together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

# Of consistency models: how c_skip and c_out depend on the time.
_SIGMA_DATA, _TIMESTEP_SCALING = 0.5, 10.0


@dataclass(frozen=True)
class Schedule:
    """`signal`, `noise` (T,): amplitudes at each time; `prediction`: what the UNet says; `consistency`: LCM; `grid`: LCM's times are multiples of it, less one."""

    signal: Tensor
    noise: Tensor
    prediction: str
    consistency: bool
    grid: int = 1

    @classmethod
    def of(cls, scheduler: Any, *, consistency: bool | None = None) -> Schedule:
        """That of a diffusers scheduler.

        Raises:
            ValueError: it is no diffusion over discrete times.
        """
        config: Mapping[str, Any] = scheduler.config
        alphas = getattr(scheduler, "alphas_cumprod", None)
        prediction = config.get("prediction_type", "epsilon")
        if alphas is None or prediction not in ("epsilon", "v_prediction", "sample"):
            raise ValueError(
                f"The scheduler {type(scheduler).__name__} ({prediction}) is not one of Stable Diffusion's; use a DDIM, Euler or LCM one."
            )
        if config.get("rescale_betas_zero_snr") and prediction == "epsilon":
            raise ValueError(
                "A schedule with zero terminal SNR can't be used with a UNet that predicts noise; set prediction_type to v_prediction."
            )
        lcm = type(scheduler).__name__ in ("LCMScheduler", "TCDScheduler") if consistency is None else consistency
        alphas = alphas.to(torch.float32)
        grid = len(alphas) // int(config.get("original_inference_steps") or 50) if lcm else 1
        return cls(alphas.sqrt(), (1 - alphas).clamp(min=0).sqrt(), prediction, lcm, max(grid, 1))

    def times(self, denoise: float, steps: int) -> list[int]:
        """`steps` times, falling, the first at `denoise` (0..1) of the whole: evenly spaced, the end of each interval ("trailing")."""
        total = len(self.signal)
        top = max(round(denoise * total), steps)
        found = [round(top - top * i / steps) - 1 for i in range(steps)]
        if self.grid > 1:
            found = [max(round((t + 1) / self.grid), 1) * self.grid - 1 for t in found]
        return sorted({min(max(t, 0), total - 1) for t in found}, reverse=True)

    def noisy(self, x0: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """`x0` (B, C, h, w) at the times (B,)."""
        return self._at(self.signal, times) * x0 + self._at(self.noise, times) * noise

    def denoised(self, x: Tensor, output: Tensor, times: Tensor) -> Tensor:
        """What the UNet takes the latents for, from its output."""
        signal, noise = self._at(self.signal, times), self._at(self.noise, times)
        if self.prediction == "epsilon":
            x0 = (x - noise * output) / signal
        elif self.prediction == "v_prediction":
            x0 = signal * x - noise * output
        else:
            x0 = output
        if not self.consistency:
            return x0
        scaled = times.to(x.dtype).view(-1, 1, 1, 1) * _TIMESTEP_SCALING
        skip = _SIGMA_DATA**2 / (scaled**2 + _SIGMA_DATA**2)
        out = scaled / (scaled**2 + _SIGMA_DATA**2).sqrt()
        return out * x0 + skip * x

    def onward(self, x: Tensor, x0: Tensor, times: Tensor, next_times: Tensor, fresh: Tensor) -> Tensor:
        """From `times` to `next_times` (B,): DDIM keeps the noise that is in `x`, a consistency model takes `fresh` one."""
        if self.consistency:
            return self.noisy(x0, fresh, next_times)
        found = (x - self._at(self.signal, times) * x0) / self._at(self.noise, times).clamp(min=1e-4)
        return self.noisy(x0, found, next_times)

    def _at(self, amplitudes: Tensor, times: Tensor) -> Tensor:
        return amplitudes.to(times.device)[times].view(-1, 1, 1, 1)
