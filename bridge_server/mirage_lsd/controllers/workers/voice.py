"""The worker of voice: the microphone, and pocketsphinx."""

from __future__ import annotations

import queue

from ...device_process.child import Port
from ...picture import DeviceError
from ..speech import SAMPLE_RATE, SpeechRecognizer

_PUSH_TO_TALK_S = 4.0
_SILENT_S = 3.0


def run(port: Port) -> None:
    """Listens until it is told to stop; tells the commands that it hears."""
    try:
        recognizer = SpeechRecognizer(port.options["commands"], port.options["wake_word"])
    except ImportError:
        raise DeviceError("Voice needs pocketsphinx: pip install pocketsphinx sounddevice", retry=False) from None
    try:
        import sounddevice
    except (ImportError, OSError):
        raise DeviceError(
            "Voice needs sounddevice and PortAudio: pip install sounddevice, and on Linux apt-get install libportaudio2",
            retry=False,
        ) from None
    if recognizer.unknown:
        port.tell("event", what="unknown", phrases=recognizer.unknown)
    # Bounded: sound that nobody has time for is lost, as if it had not been said.
    frames: queue.Queue[bytes] = queue.Queue(maxsize=100)

    def take(data: object, *_: object) -> None:
        if not frames.full():
            frames.put_nowait(bytes(data))  # type: ignore[call-overload]

    try:
        microphone = sounddevice.RawInputStream(
            samplerate=SAMPLE_RATE, blocksize=recognizer.frame_bytes // 2, channels=1, dtype="int16", callback=take
        )
        microphone.start()
    except Exception as error:  # PortAudio's own
        raise DeviceError(f"There is no microphone that can be opened ({error}).") from None
    with microphone:
        port.tell("open")
        while not port.closing.is_set():
            message = port.message()
            if message is not None and message["kind"] == "talk":
                recognizer.listen_without_wake_word(_PUSH_TO_TALK_S)
            try:
                frame = frames.get(timeout=_SILENT_S)
            except queue.Empty:
                raise DeviceError("The microphone is silent; it is being opened again.") from None
            heard = recognizer.feed(frame)
            if heard is not None:
                port.tell("event", what="command", command=heard.command, score=heard.score)
