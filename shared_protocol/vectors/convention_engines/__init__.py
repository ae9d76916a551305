"""One small level as each engine would describe it: what `generate_conventions.py` writes out. One file per engine, sharing no matrix code."""
