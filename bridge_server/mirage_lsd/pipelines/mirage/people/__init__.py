"""People in front of a camera: what stands behind them, and what they wear."""
