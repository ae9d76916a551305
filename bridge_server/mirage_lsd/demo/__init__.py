"""`mirage-lsd demo`: a walk through the sample level, recorded."""
