"""How `mirage-lsd-v1` reads words: prompts and appearances, by word lists."""

from .reading import read_words

__all__ = ["read_words"]
