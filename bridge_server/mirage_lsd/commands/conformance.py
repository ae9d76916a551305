"""Tries a client of any language against PROTOCOL.md and says which rules it keeps.

mirage-lsd conformance -- ./client {endpoint} {seconds}    starts the client for each scenario
mirage-lsd conformance --bind tcp://127.0.0.1:5757         waits for one that you start (and that connects again)
mirage-lsd conformance --only kill -- ./client {endpoint}  one scenario; `--list` names them

The suite is the daemon. The client opens a stream, sends frames for {seconds}, and ends. The exit status is 1 if a rule is broken.
docs/CONFORMANCE.md explains the scenarios.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HELP = "try a client of your own against the protocol"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("--bind", default="tcp://127.0.0.1:*", help="where the suite listens (default: a free port)")
    parser.add_argument("--only", action="append", default=[], metavar="SCENARIO", help="this one; may be repeated")
    parser.add_argument("--list", action="store_true", help="name the scenarios and the rules, and end")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts")
    parser.add_argument("client", nargs="*", metavar="COMMAND", help="starts the client, after `--`")


def run(args: argparse.Namespace) -> int:
    """Plays the scenarios; 1 if a rule is broken or a scenario could not be played."""
    import zmq

    from ..conformance.rules import RULES
    from ..conformance.run import run_suite
    from ..conformance.scenarios import SCENARIOS

    names = [scenario.name for scenario in SCENARIOS]
    if args.list:
        print("scenarios:", ", ".join(names))
        for rule in RULES.values():
            print(f"  section {rule.section}  {rule.name}: {rule.sentence}")
        return 0
    if strangers := [name for name in args.only if name not in names]:
        return _fail(f"there is no scenario {strangers[0]!r}; choose from {', '.join(names)}.")
    if not args.client and args.bind.endswith(":*"):
        return _fail(
            "name the client's command after `--`, or give `--bind tcp://127.0.0.1:PORT` and start it yourself."
        )
    chosen = [scenario for scenario in SCENARIOS if not args.only or scenario.name in args.only]

    def told(name: str) -> None:
        print(f"scenario {name}", flush=True)
        if not args.client and name == "ending":
            print("  end the client now", flush=True)

    try:
        report = run_suite(chosen, args.bind, args.client, told)
    except OSError as error:
        return _fail(f"the client can't be started: {error}.")
    except zmq.ZMQError as error:
        return _fail(f"{args.bind} can't be listened on: {error}; choose another address with --bind.")
    for verdict in report.verdicts.values():
        if verdict.outcome == "not seen" and args.only:
            continue
        print(f"{verdict.outcome:8}  section {verdict.rule.section}  {verdict.rule.name}: {verdict.rule.sentence}")
        if verdict.why:
            print(f"{'':8}    {verdict.why}")
    if args.json is not None:
        try:
            args.json.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            return _fail(f"{error}.")
    failures = len(report.failures)
    print(f"{failures} rule{'s are' if failures != 1 else ' is'} broken." if failures else "No rule is broken.")
    return 1 if failures else 0


def _fail(sentence: str) -> int:
    print(f"mirage-lsd conformance: {sentence}", file=sys.stderr)
    return 1
