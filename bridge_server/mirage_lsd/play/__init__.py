"""Finished OpenGL games, painted live (docs/GAMES.md)."""
