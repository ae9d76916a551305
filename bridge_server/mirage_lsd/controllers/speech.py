"""Spoken commands out of sound: pocketsphinx with a grammar of nothing but these commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SAMPLE_RATE = 16_000
# The grammar's best sentence against the best string of sounds that any speech could be, both as pocketsphinx scores them
# (docs/camera/voice.md has the measurement).
_LEAST_SCORE = 0.78
# A command stands alone, with a pause before and after: talk goes on for longer.
_LONGEST_S = 1.7
# What talk begins with as often as not: it competes with the wake word, so that not every short sentence is taken for it.
_DECOYS = (
    "the", "a", "in", "on", "to", "and", "it is", "my", "my image", "more", "marriage", "mirror", "garage", "massage", "he", "she", "was",
    "there", "yes", "no", "what", "thank", "look at", "i never", "stop", "of course", "see", "do you", "please", "in the", "of the",
)  # fmt: skip
# The dictionary is American; the British say it otherwise.
_OTHER_SOUNDS = {"mirage": ("M IH R AA ZH", "M IY R AA ZH", "M IH R AA JH")}


@dataclass(frozen=True, slots=True)
class Heard:
    """A command, and how well it fitted: 1 is as well as the sounds can be fitted at all."""

    command: str
    score: float


class SpeechRecognizer:
    """Finds commands in a stream of sound.

    Args:
        commands: what each spoken phrase means; words in lower case.
        wake_word: has to be said before a command, except after `listen_without_wake_word`.

    Raises:
        ImportError: pocketsphinx is missing.
    """

    def __init__(self, commands: Mapping[str, str], wake_word: str = "mirage") -> None:
        from pocketsphinx import Decoder, Endpointer

        self._decoder: Any = Decoder(samprate=SAMPLE_RATE, lm=None, loglevel="FATAL")
        self._endpointer: Any = Endpointer(sample_rate=SAMPLE_RATE)
        self.frame_bytes = int(self._endpointer.frame_bytes)
        self._commands: dict[str, str] = {}
        # Phrases with a word that the dictionary doesn't have can't be heard.
        self.unknown: list[str] = []
        for phrase, command in commands.items():
            spoken = self._spoken(phrase)
            if spoken is None:
                self.unknown.append(phrase)
            else:
                self._commands[spoken] = command
        choices = " | ".join(self._commands)
        self._decoder.add_jsgf_string("bare", f"#JSGF V1.0; grammar bare; public <c> = {choices};")
        for number, sounds in enumerate(_OTHER_SOUNDS.get(wake_word, ()), 2):
            self._decoder.add_word(f"{wake_word}({number})", sounds, True)
        first = " | ".join((wake_word, *_DECOYS))
        self._decoder.add_jsgf_string("woken", f"#JSGF V1.0; grammar woken; public <c> = ( {first} ) ( {choices} );")
        self._decoder.add_allphone_file("sounds", None)
        self._wake_word = wake_word
        self._segment = bytearray()
        self._bare_frames = 0

    def listen_without_wake_word(self, seconds: float) -> None:
        """The next command needs no wake word, if it is said within that time (a key that is pressed to talk)."""
        self._bare_frames = round(seconds * SAMPLE_RATE * 2 / self.frame_bytes)

    def feed(self, frame: bytes) -> Heard | None:
        """Takes the next `frame_bytes` of 16-bit mono sound; returns a command when one has just ended."""
        self._bare_frames = max(0, self._bare_frames - 1)
        before = self._endpointer.in_speech
        speech = self._endpointer.process(frame)
        if speech is not None and len(self._segment) < _LONGEST_S * SAMPLE_RATE * 2:
            self._segment += speech
        if before and not self._endpointer.in_speech:
            segment, self._segment = bytes(self._segment), bytearray()
            if len(segment) < _LONGEST_S * SAMPLE_RATE * 2:
                return self.recognize(segment)
        return None

    def recognize(self, segment: bytes) -> Heard | None:
        """The command in a piece of speech, or None where it is something else."""
        bare = self._bare_frames > 0
        text, score = self._decode("bare" if bare else "woken", segment)
        if not text:
            return None
        _, free = self._decode("sounds", segment)
        command = self._commands.get(text if bare else text.removeprefix(f"{self._wake_word} "))
        if command is None or free <= 0.0 or score / free < _LEAST_SCORE:
            return None
        self._bare_frames = 0
        return Heard(command, round(score / free, 3))

    def _decode(self, search: str, segment: bytes) -> tuple[str, float]:
        self._decoder.activate_search(search)
        self._decoder.start_utt()
        self._decoder.process_raw(segment, full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return (str(found.hypstr), float(found.best_score)) if found is not None else ("", 0.0)

    def _spoken(self, phrase: str) -> str | None:
        """A phrase in words of the dictionary: "scifi" is its "sci-fi", "cyberpunk" two words; None where there are none."""
        words = [self._word(word) for word in phrase.split()]
        return None if None in words or not words else " ".join(word for word in words if word)

    def _word(self, word: str) -> str | None:
        known = self._decoder.lookup_word
        if known(word):
            return word
        cuts = [(word[:i], word[i:]) for i in range(2, len(word) - 1)]
        for joint in ("-", " "):
            for head, tail in cuts:
                if (joint == "-" and known(f"{head}-{tail}")) or (
                    joint == " " and len(head) > 2 and known(head) and known(tail)
                ):
                    return f"{head}{joint}{tail}"
        return None
