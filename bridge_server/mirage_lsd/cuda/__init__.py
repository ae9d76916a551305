"""NVIDIA cards: the driver, arrays in a card's memory, and whether two processes here can share one. Nothing of it is imported before it is needed."""
