"""MirageLSD: live-stream diffusion for game engines, on your own machine."""

__version__ = "0.1.0"
