"""How a measurement tells how far it is."""

from collections.abc import Callable

# (done, of how many)
Tick = Callable[[int, int], None]
