"""People in front of a camera: rendered ones, whose parts are known, and portraits that packages ship."""
