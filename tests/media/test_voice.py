"""What voice hears, measured with another tool's speech (espeak-ng): commands, near misses, and minutes of talk."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from device_fixtures import STAND_INS, wait_for
from receivers import need

from mirage_lsd.controllers import Change, ControlInfo, Panel
from mirage_lsd.controllers.speech import SAMPLE_RATE, Heard, SpeechRecognizer
from mirage_lsd.controllers.voice import VoiceController, commands_of
from mirage_lsd.picture import DeviceError

pytest.importorskip("pocketsphinx")

PANEL = Panel.of(
    [
        ControlInfo(
            "scene", "choice", values=("forest", "city", "scifi", "desert", "snow", "village", "underwater", "volcanic")
        ),
        ControlInfo("lighting", "choice", values=("day", "overcast", "sunset", "night", "neon", "fog")),
    ]
)
VOICES = ("en-us", "en-gb+f3", "en-us+m7", "en-gb-scotland")
TALK = (
    "The committee will meet on Thursday at noon. We walked through the forest until the night fell. My image of the city is different. "
    "Next, add two cups of flour and stir. The desert is hot during the day. It was a marriage in the village. Can you turn on the light, please? "
    "I never said that. Snow fell on the mountain for three days. He looked at the menu and ordered soup. The previous owner painted it green. "
    "What time is it? Look at this. There is fog on the road tonight, so drive slowly. She said the station would open again in spring. "
    "No. Yes, of course. Stronger coffee would be nice. The mirror in the hall is broken. Thank you very much. "
)


def speech(text: str, voice: str, speed: int = 160) -> bytes:
    """Spoken text between two pauses, 16-bit mono, with a little noise."""
    need("espeak-ng")
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], capture_output=True, check=True
    ).stdout
    with wave.open(io.BytesIO(spoken)) as sound:
        samples, rate = np.frombuffer(sound.readframes(sound.getnframes()), np.int16), sound.getframerate()
    count = len(samples) * SAMPLE_RATE // rate
    resampled = np.interp(np.arange(count) * rate / SAMPLE_RATE, np.arange(len(samples)), samples)
    padded = np.concatenate([np.zeros(8_000), resampled, np.zeros(12_000)])
    noise = np.random.default_rng(len(text)).normal(0, 60, len(padded))
    return (padded + noise).clip(-32768, 32767).astype(np.int16).tobytes()


def hear(recognizer: SpeechRecognizer, sound: bytes) -> list[Heard]:
    step = recognizer.frame_bytes
    frames = (sound[i : i + step] for i in range(0, len(sound) - step, step))
    return [heard for frame in frames if (heard := recognizer.feed(frame)) is not None]


@pytest.fixture(scope="module")
def recognizer() -> SpeechRecognizer:
    made = SpeechRecognizer(commands_of(PANEL))
    assert made.unknown == []
    return made


def test_commands_are_heard(recognizer: SpeechRecognizer, capsys: pytest.CaptureFixture[str]) -> None:
    """160 examples; the table goes into docs/camera/voice.md."""
    right, wrong, missed = 0, [], []
    for voice in VOICES:
        for speed in (140, 185):
            for phrase, command in commands_of(PANEL).items():
                heard = hear(recognizer, speech(f"mirage {phrase.replace('scifi', 'sci-fi')}", voice, speed))
                if not heard:
                    missed.append((voice, speed, phrase))
                elif [h.command for h in heard] == [command]:
                    right += 1
                else:
                    wrong.append((voice, speed, phrase, heard))
    with capsys.disabled():
        print(f"\nvoice: {right} right, {len(wrong)} wrong, {len(missed)} missed\n  wrong {wrong}\n  missed {missed}")
    assert right >= 144
    assert len(wrong) <= 4


def test_talk_triggers_next_to_nothing(recognizer: SpeechRecognizer, capsys: pytest.CaptureFixture[str]) -> None:
    seconds, false = 0.0, []
    for speed in (120, 140, 160):
        for voice in VOICES:
            sound = speech(TALK, voice, speed)
            seconds += len(sound) / 2 / SAMPLE_RATE
            false += hear(recognizer, sound)
    with capsys.disabled():
        print(f"\nvoice: {len(false)} false in {seconds / 60:.1f} minutes of talk: {false}")
    assert seconds > 600
    assert len(false) <= 3


def test_without_the_wake_word_nothing_until_a_key_is_pressed(recognizer: SpeechRecognizer) -> None:
    assert hear(recognizer, speech("forest", "en-us")) == []
    recognizer.listen_without_wake_word(4.0)
    assert [heard.command for heard in hear(recognizer, speech("forest", "en-us"))] == ["scene=forest"]
    assert hear(recognizer, speech("city", "en-us")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_what_the_microphone_hears_changes_the_stream_and_a_dead_worker_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = tmp_path / "microphone.raw"
    sound.write_bytes(speech("mirage snow", "en-us") + bytes(32_000))
    monkeypatch.setenv("MICROPHONE_STAND_IN", str(sound))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(STAND_INS / "microphone"), os.environ.get("PYTHONPATH", "")]))
    changes: list[Change] = []
    notices: list[str] = []
    with VoiceController(transition_s=2.0) as voice:
        voice.on_notice = notices.append
        voice.start(PANEL, changes.append)
        wait_for(lambda: changes)
        assert dict(changes[0].values) == {"scene": "snow"}
        assert (changes[0].transition_s, changes[0].source) == (2.0, "voice scene=snow")
        assert voice._process is not None
        os.kill(voice._process.pid, signal.SIGKILL)
        wait_for(lambda: notices)
        count = len(changes)
        wait_for(lambda: len(changes) > count)
    assert "ended unexpectedly" in notices[0]


def test_without_a_microphone_it_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    with pytest.raises(DeviceError, match="libportaudio2"):
        VoiceController().start(PANEL, lambda change: None)
