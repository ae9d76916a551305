"""The worker of the window: SDL through pygame-ce, at the display's rate, whatever the model does."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ...device_process.child import Port
from ...picture import DeviceError, Picture

_RATE = 60


def run(port: Port) -> None:
    """Shows the newest picture until the window is closed; tells of keys."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError:
        raise DeviceError("The window needs pygame-ce: pip install pygame-ce", retry=False) from None
    try:
        pygame.display.init()
        pygame.font.init()
        size = port.options.get("size") or (1280, 720)
        pygame.display.set_caption(port.options["title"])
        pygame.display.set_mode(size, pygame.RESIZABLE)
        # Where there is no screen SDL draws into memory, and nobody would ever see it.
        driver = pygame.display.get_driver()
        if driver in ("dummy", "offscreen") and os.environ.get("SDL_VIDEODRIVER") != driver:
            raise pygame.error("this session has no screen")
    except pygame.error as error:
        raise DeviceError(
            f"There is no display for a window ({error}); use --sink out.mp4, or set DISPLAY.", retry=False
        ) from None
    try:
        _Window(pygame, port).loop()
    finally:
        pygame.quit()


class _Window:
    def __init__(self, pygame: Any, port: Port) -> None:
        self._pygame, self._port = pygame, port
        self._font = pygame.font.Font(None, 28)
        self._overlay = bool(port.options.get("overlay"))
        self._times: deque[float] = deque(maxlen=240)  # of new pictures
        self._flips: deque[float] = deque(maxlen=240)
        self._picture: Picture | None = None
        self._surface: Any = None
        self._sized = False
        self._age_ms = 0.0
        self._note = ""

    def loop(self) -> None:
        pygame, port = self._pygame, self._port
        clock = pygame.time.Clock()
        port.tell("open", size=list(pygame.display.get_window_size()))
        reported = time.monotonic()
        while not port.closing.is_set():
            for event in pygame.event.get():
                if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE):
                    port.tell("user_closed")
                    return
                if event.type == pygame.KEYDOWN:
                    self._key(event)
            message = port.message()
            if message is not None and message["kind"] == "note":
                self._note = str(message["text"])
            new = port.take(0.0, newest=True)
            if new is not None:
                self._picture = new
                self._surface = pygame.image.frombuffer(new.pixels, (new.width, new.height), "RGBA")
                if not self._sized:
                    self._fit_window(new)
            self._draw()
            pygame.display.flip()
            now = time.monotonic()
            self._flips.append(now)
            if new is not None:
                self._times.append(now)
                self._age_ms = new.age_ms
                port.shown(new)
            if now - reported >= 1.0:
                port.tell("event", what="rate", hz=_rate(self._flips), fps=_rate(self._times))
                reported = now
            clock.tick(_RATE)

    def _key(self, event: Any) -> None:
        pygame = self._pygame
        name = pygame.key.name(event.key)
        if name == "tab":
            self._overlay = not self._overlay
        elif name == "f11":
            pygame.display.toggle_fullscreen()
        else:
            self._port.tell("event", what="key", key=name, shift=bool(event.mod & pygame.KMOD_SHIFT))

    def _fit_window(self, picture: Picture) -> None:
        """The first picture says the window's size, as far as the desktop has room."""
        pygame = self._pygame
        self._sized = True
        if self._port.options.get("size") is not None:
            return
        room = (pygame.display.get_desktop_sizes() or [(1280, 720)])[0]
        scale = min(1.0, room[0] / picture.width, room[1] / picture.height)
        size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
        if size != tuple(pygame.display.get_window_size()):
            pygame.display.set_mode(size, pygame.RESIZABLE)

    def _draw(self) -> None:
        pygame = self._pygame
        screen = pygame.display.get_surface()
        if self._surface is None:
            screen.fill((24, 24, 28))
            self._text(screen, self._note or "waiting for the first picture", 16)
            return
        width, height = screen.get_size()
        scale = min(width / self._surface.get_width(), height / self._surface.get_height())
        size = max(1, round(self._surface.get_width() * scale)), max(1, round(self._surface.get_height() * scale))
        opaque = self._surface.convert()  # a picture's alpha is data for engines, no transparency
        shown = opaque if size == opaque.get_size() else pygame.transform.smoothscale(opaque, size)
        if size != (width, height):
            screen.fill((0, 0, 0))
        screen.blit(shown, ((width - size[0]) // 2, (height - size[1]) // 2))
        if self._overlay:
            self._text(screen, f"{_rate(self._times):.1f} fps, {self._age_ms:.0f} ms from capture to screen", 16)
            self._text(screen, self._note, 46)

    def _text(self, screen: Any, text: str, top: int) -> None:
        lines = fitting_lines(text, lambda line: int(self._font.size(line)[0]) <= screen.get_width() - 32)
        for number, line in enumerate(lines):
            for offset, color in ((1, (0, 0, 0)), (0, (255, 255, 255))):
                screen.blit(self._font.render(line, True, color), (16 + offset, top + 30 * number + offset))


def fitting_lines(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The words of a sentence in lines that fit; a word that is too long has one of its own."""
    lines: list[str] = []
    for word in text.split():
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _rate(times: deque[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else 0.0
