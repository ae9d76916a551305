"""`mirage-lsd conformance`: the examples keep every rule, and a client with a fault is told which one it breaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from test_examples import built

from mirage_lsd.client import library_path
from mirage_lsd.conformance.report import Report, RuleBroken
from mirage_lsd.conformance.rules import RULES
from mirage_lsd.conformance.scenarios import SCENARIOS

REPOSITORY = Path(__file__).parents[1]
WRONG_CLIENT = Path(__file__).with_name("wrong_client.py")
LANGUAGES = ("c", "c++", "c#", "python")


def suite(file: Path, *arguments: object) -> subprocess.Popen[str]:
    """Starts `mirage-lsd conformance`; the verdicts go to `file`."""
    command = [sys.executable, "-m", "mirage_lsd.cli", "conformance", "--json", str(file), *map(str, arguments)]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(library_path().parent)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def verdicts(file: Path) -> dict[str, dict[str, Any]]:
    return {verdict["name"]: verdict for verdict in json.loads(file.read_text())}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, dict[str, dict[str, Any]]]]:
    """Status, output and verdicts of the whole suite for each example, all at once: most of it is waiting."""
    folders = {language: tmp_path_factory.mktemp("client") for language in LANGUAGES}
    commands = {language: built(folder, language) for language, folder in folders.items()}
    with ExitStack() as stack:
        running = {
            language: stack.enter_context(
                suite(folders[language] / "verdicts.json", "--", *commands[language], "{endpoint}", "{seconds}")
            )
            for language in LANGUAGES
        }
        output = {language: process.communicate(timeout=280)[0] for language, process in running.items()}
    return {
        language: (process.returncode, output[language], verdicts(folders[language] / "verdicts.json"))
        for language, process in running.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_keeps_every_rule(
    tried: dict[str, tuple[int, str, dict[str, dict[str, Any]]]], language: str
) -> None:
    status, output, found = tried[language]
    assert status == 0, output
    outcomes = {name: verdict["outcome"] for name, verdict in found.items()}
    # They take pictures; contexts have a client of their own below.
    expected = {name: "not seen" if rule.section == 10 else "passed" for name, rule in RULES.items()}
    assert outcomes == expected, output


def test_a_client_of_contexts_keeps_their_rules(tmp_path: Path) -> None:
    client = (sys.executable, Path(__file__).with_name("context_client.py"), "{endpoint}", "{seconds}")
    scenarios = ("--only", "contexts", "--only", "unknown-shape")
    with suite(tmp_path / "verdicts.json", *scenarios, "--", *client) as process:
        output = process.communicate(timeout=150)[0]
    assert process.returncode == 0, output
    found = verdicts(tmp_path / "verdicts.json")
    for name, rule in RULES.items():
        assert found[name]["outcome"] == "passed" or rule.section != 10, output


# The client's fault, the scenario, the rule that it breaks, and what is said of it.
FAULTS = [
    ("starts-with-a-ping", "inline", "hello-first", "The first message is `ping`."),
    ("client-is-a-string", "inline", "well-formed", "`hello`: `hello.client` must be a map."),
    ("does-not-wait-for-welcome", "greeting", "waits-for-welcome", "`open` came before `welcome`."),
    ("none", "greeting", "hello-again", "no second `hello` came within 10 s"),
    ("does-not-wait-for-opened", "inline", "waits-for-opened", "A frame of stream 1 came before its `opened`."),
    ("numbers-stand-still", "inline", "seq-rises", "`seq` is 7 after 7."),
    ("captured-after-submitted", "inline", "times-rise", "`t_submit_ns` is"),
    ("payload-is-short", "inline", "payload-fits", "a payload of 9116 bytes; packed, its planes (color 9216)"),
    ("never-pings", "inline", "pings", "No `ping` came for 3 s."),
    (
        "control-of-another-stream",
        "inline",
        "streams-of-its-own",
        "`control` is for stream 9; open in this session: 1.",
    ),
    (
        "gives-up-over-an-error",
        "unknown",
        "stays-alive",
        "it ended with status 1 (It is too warm here; open a window.)",
    ),
    ("none", "malformed", "stays-alive", "it ended with status 1"),
    ("none", "silence", "silence", "The daemon said nothing for 12 s, and no new `hello` came."),
    ("none", "kill", "comes-back", "20 s after the daemon was there again no `hello` had come."),
    ("goes-without-a-word", "ending", "says-goodbye", "without `bye`"),
    ("speaks-after-bye", "ending", "nothing-after-bye", "`frame` came after `bye`."),
]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str, dict[str, dict[str, Any]]]]:
    """Status, output and verdicts for each of FAULTS, four at once: most of it is waiting."""

    def play(number: int) -> tuple[int, str, dict[str, dict[str, Any]]]:
        fault, scenario, _, _ = FAULTS[number]
        file = folder / f"{number}.json"
        with suite(file, "--only", scenario, "--", sys.executable, WRONG_CLIENT, "{endpoint}", fault) as process:
            output = process.communicate(timeout=120)[0]
        return process.returncode, output, verdicts(file)

    folder = tmp_path_factory.mktemp("faults")
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(play, range(len(FAULTS))))


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{fault}-{rule}" for fault, _, rule, _ in FAULTS])
def test_a_fault_is_named(faulty: list[tuple[int, str, dict[str, dict[str, Any]]]], number: int) -> None:
    _, _, rule, sentence = FAULTS[number]
    status, output, found = faulty[number]
    assert status == 1, output
    failed = {name: verdict["why"] for name, verdict in found.items() if verdict["outcome"] == "failed"}
    assert list(failed) == [rule], output
    assert sentence in failed[rule]
    assert f"section {RULES[rule].section}" in output
    assert "1 rule is broken." in output


def test_a_client_that_is_started_by_hand(tmp_path: Path, free_port: int) -> None:
    """And that stays: each scenario finds the same client, which connects again."""
    endpoint = f"tcp://127.0.0.1:{free_port}"
    client = [sys.executable, str(REPOSITORY / "examples" / "client.py"), endpoint, "90"]
    file = tmp_path / "verdicts.json"
    with (
        subprocess.Popen(client, stdout=subprocess.DEVNULL) as example,
        suite(file, "--bind", endpoint, "--only", "inline", "--only", "controls", "--only", "kill") as process,
    ):
        output = process.communicate(timeout=120)[0]
        example.terminate()
    assert process.returncode == 0, output
    found = verdicts(file)
    for rule in ("payload-fits", "pings", "controls-again", "refused-control", "comes-back"):
        assert found[rule]["outcome"] == "passed", output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--only", "weather", "--", "client"], "there is no scenario 'weather'; choose from greeting, "),
        ([], "name the client's command after `--`"),
        (["--", "/no/such/client"], "the client can't be started: "),
        (["--bind", "tcp://192.0.2.1:5", "--", "client"], "choose another address with --bind"),
    ],
)
def test_what_can_not_be_played(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    with suite(tmp_path / "verdicts.json", *arguments) as process:
        output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert sentence in output


def test_every_rule_belongs_to_a_section_and_can_be_broken() -> None:
    protocol = (REPOSITORY / "shared_protocol" / "PROTOCOL.md").read_text(encoding="utf-8")
    package = REPOSITORY / "bridge_server" / "mirage_lsd" / "conformance"
    code = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py") if path.name != "rules.py")
    for rule in RULES.values():
        assert f"\n## {rule.section}. " in protocol
        assert f'"{rule.name}"' in code


def test_the_page_explains_every_scenario_and_rule() -> None:
    page = (REPOSITORY / "docs" / "CONFORMANCE.md").read_text(encoding="utf-8")
    for name in [scenario.name for scenario in SCENARIOS] + list(RULES):
        assert f"`{name}`" in page, name


def test_a_rule_that_failed_stays_failed() -> None:
    report = Report()
    report.passed("pings")
    with report.scenario():
        raise RuleBroken("pings", "No `ping` came.")
    report.passed("pings")
    assert [verdict.rule.name for verdict in report.failures] == ["pings"]


@pytest.mark.parametrize(
    ("fault", "scenario", "rule", "sentence"),
    [
        ("forgets-the-camera", "contexts", "context-planes", "has no `camera`"),
        ("insists", "unknown-shape", "unknown-shape", "no stream was opened for pictures"),
    ],
)
def test_a_fault_of_a_client_of_contexts_is_named(
    tmp_path: Path, fault: str, scenario: str, rule: str, sentence: str
) -> None:
    client = (sys.executable, Path(__file__).with_name("context_client.py"), "{endpoint}", "{seconds}", fault)
    with suite(tmp_path / "verdicts.json", "--only", scenario, "--", *client) as process:
        output = process.communicate(timeout=120)[0]
    assert process.returncode == 1, output
    failed = {n: v["why"] for n, v in verdicts(tmp_path / "verdicts.json").items() if v["outcome"] == "failed"}
    assert list(failed) == [rule], output
    assert sentence in failed[rule]
