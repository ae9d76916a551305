"""Measures what the gestures' recognizer makes of drawn hands: the tables of docs/camera/gestures.md.

    python tests/media/gestures_table.py                      50 examples of each gesture, then ten minutes of talk and waving
    python tests/media/gestures_table.py --first-set          the same of the clips on which the thresholds were found
    python tests/media/gestures_table.py --examples 10 --minutes 1
    python tests/media/gestures_table.py --only pinch --show  and what was made of each example that went wrong

Needs `mirage-lsd get people`. The clips are the held-out set of tests/media/gesture_clips.py. The pictures come from tests/media/hand_drawing.py, which knows nothing of the recognizer. They are ten
a second and are looked at as fast as it goes.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from gesture_clips import GESTURES, gesture_clip, talk_clip
from hand_drawing import Pixels

from mirage_lsd.controllers.hands import Gesture, GestureReader, HandNetworks, HandTracker
from mirage_lsd.people.files import HANDS


@dataclass
class Row:
    """What became of the examples of one gesture; `faults` names each that went wrong and what it was taken for."""

    gesture: str
    right: int = 0
    wrong: int = 0
    missed: int = 0
    faults: list[tuple[int, list[str]]] = field(default_factory=list)


def read_clip(networks: HandNetworks, clip: Iterable[tuple[float, Pixels]]) -> list[tuple[float, Gesture]]:
    """The gestures in a clip, with their seconds."""
    tracker, reader = HandTracker(networks), GestureReader()
    return [(t, gesture) for t, pixels in clip for gesture in reader.feed(t, tracker.hands(pixels), pixels.shape[0])]


def names_of(gestures: list[tuple[float, Gesture]]) -> list[str]:
    """One name for each that was meant: a palm's end belongs to the palm, and the steps of a pinch are one."""
    names = [gesture.name for _, gesture in gestures if gesture.name != "palm_over"]
    return [name for i, name in enumerate(names) if name != "pinch" or names[i - 1 : i] != ["pinch"]]


def measure(networks: HandNetworks, gesture: str, examples: int, *, held_out: bool = True) -> Row:
    """Right is exactly this gesture, once, and nothing else; missed is nothing at all; anything else is wrong."""
    row = Row(gesture)
    for seed in range(examples):
        names = names_of(read_clip(networks, gesture_clip(gesture, seed, held_out=held_out)))
        if names == [gesture]:
            row.right += 1
            continue
        row.missed += not names
        row.wrong += bool(names)
        row.faults.append((seed, names))
    return row


def false_in_talk(networks: HandNetworks, minutes: int, *, held_out: bool = True) -> list[str]:
    """What is taken for a gesture in that many minutes of talk and waving."""
    clips = (talk_clip(number, held_out=held_out) for number in range(minutes))
    return [name for clip in clips for name in names_of(read_clip(networks, clip))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--minutes", type=int, default=10, help="of talk and waving; 0: none")
    parser.add_argument("--first-set", action="store_true", help="the clips on which the thresholds were found")
    parser.add_argument("--only", choices=GESTURES)
    parser.add_argument("--show", action="store_true", help="name each example that went wrong")
    args = parser.parse_args()
    networks = HandNetworks(*HANDS.paths())
    print("| gesture | examples | right | wrong | missed |\n|---|---|---|---|---|")
    for gesture in GESTURES if args.only is None else (args.only,):
        row = measure(networks, gesture, args.examples, held_out=not args.first_set)
        print(f"| {gesture} | {args.examples} | {row.right} | {row.wrong} | {row.missed} |", flush=True)
        if args.show:
            for seed, names in row.faults:
                print(f"    example {seed}: {names or 'nothing'}", flush=True)
    if args.minutes and args.only is None:
        found = false_in_talk(networks, args.minutes, held_out=not args.first_set)
        print(f"\n{len(found)} false in {args.minutes} minutes of talk and waving: {dict(Counter(found))}")


if __name__ == "__main__":
    main()
