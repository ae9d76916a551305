"""Station `denoise`: encoder, few-step sampler and context, as one module with the step times as constants."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...models.diffusion import ddim_update
from ...models.mirage_lsd_v1 import Memory, MirageLSDv1
from ...models.sampler import X0_LIMIT


class DenoisingTrunk(nn.Module):
    """(guide, modulation, past, tokens, noise) -> (context, features, tokens); see `models.mirage_lsd_v1`. `guide` (1, h, w, C), `context` (1, h / 8, w / 8, C)."""

    def __init__(self, model: MirageLSDv1, steps: int) -> None:
        super().__init__()
        self.encoder, self.denoiser, self.join = model.encoder, model.denoiser, model.join
        with torch.no_grad():
            self._times: list[float] = model.times(steps).tolist()
        self._sizes: list[int] = []
        self._sizes = [x.shape[1] for x in self._modulations(torch.zeros(1, model.config.controls))]

    def extra_repr(self) -> str:
        """Part of the conversion's key: the times are constants of the graph."""
        return f"times={self._times}"

    @torch.no_grad()
    def modulation(self, controls: Tensor) -> Tensor:
        """(1, M): everything in the trunk that depends on the controls (1, K) and not on the frame."""
        device = self.join.from_stem.weight.device
        return torch.cat(self._modulations(controls.to(device)), 1).cpu()

    @torch.no_grad()
    def _modulations(self, controls: Tensor) -> list[Tensor]:
        controls = controls.to(self.join.from_stem.weight.device)
        found = self.encoder.modulation(controls)
        for t in self._times:
            found += self.denoiser.modulation(torch.full((1,), t, device=controls.device), controls)
        return found

    def forward(
        self, guide: Tensor, modulation: Tensor, past: Tensor, tokens: Tensor, noise: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        parts = list(torch.split(modulation, self._sizes, 1))
        blocks = len(parts) - 2 * len(self._times)
        # A pixel's channels lie side by side, as convolutions on a CPU want them and the kernels write and read them.
        encoded = self.encoder(guide.permute(0, 3, 1, 2), parts[:blocks], Memory(past, tokens))
        x_t = noise
        times = [torch.full((1,), t, device=noise.device) for t in self._times]
        for i, t in enumerate(times):
            x0, features = self.denoiser(x_t, parts[blocks + 2 * i : blocks + 2 * i + 2], encoded)
            if i + 1 < len(times):
                x_t = ddim_update(x_t, torch.clamp(x0, -X0_LIMIT, X0_LIMIT), t, times[i + 1])
        context = self.join(x0, features, encoded)
        return context.permute(0, 2, 3, 1), encoded.features, encoded.tokens
