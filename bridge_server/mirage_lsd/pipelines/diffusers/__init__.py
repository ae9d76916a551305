"""People's own Stable Diffusion checkpoints, in a process of their own: `pipeline.py` here, all that needs diffusers behind `worker.py`."""
