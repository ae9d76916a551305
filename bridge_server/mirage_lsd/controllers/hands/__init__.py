"""Hands in pictures: two small networks find them and their joints; the rest here makes gestures of that."""

from .gestures import Gesture, GestureReader
from .tracker import Hand, HandNetworks, HandTracker

__all__ = ["Gesture", "GestureReader", "Hand", "HandNetworks", "HandTracker"]
