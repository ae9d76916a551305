"""Models load on the worker's thread while the socket is already bound."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from daemon_client import DaemonClient, noise_picture
from stand_in_pipelines import ControlsPipeline, GatedPipeline, RecordingPipeline

from mirage_lsd.server import Daemon, DaemonConfig
from mirage_lsd.server.daemon import StartError

Connect = Callable[..., DaemonClient]


def test_clients_that_come_too_early_are_welcomed_later(connect: Connect, free_port: int) -> None:
    may_load = threading.Event()

    def load() -> ControlsPipeline:
        assert may_load.wait(30.0)
        return ControlsPipeline()

    config = DaemonConfig(bind=f"tcp://127.0.0.1:{free_port}")
    daemon = Daemon({"controls": load, "recording": RecordingPipeline()}, config)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        early = connect(config.bind, greet=False)
        early.send(early.hello())
        assert early.expect("progress")["what"] == "loading the model"
        assert early.is_silent(200)
        assert not daemon.ready.is_set()
        may_load.set()
        welcome = early.expect("welcome")
        assert [model["name"] for model in welcome["models"]] == ["controls", "recording"]
        controls = {control["name"]: control for control in welcome["models"][0]["controls"]}
        assert controls["scene"]["values"] == ["a", "b"]
        assert list(controls) == ["scene", "lighting", "seed", "sun_direction", "strength", "bypass"]
        early.open(model="controls")
        early.send_frame(1, noise_picture())
        early.receive_result()
    finally:
        may_load.set()
        daemon.stop()
        thread.join(20.0)
    assert not thread.is_alive()


def test_a_model_that_fails_to_load() -> None:
    def load() -> ControlsPipeline:
        raise RuntimeError("The weights are missing; run `mirage-lsd doctor`.")

    with pytest.raises(StartError, match="weights are missing"):
        Daemon({"controls": load}, DaemonConfig(bind="tcp://127.0.0.1:*")).run()


def test_stopping_does_not_wait_for_a_model_to_load() -> None:
    may_load = threading.Event()

    def load() -> ControlsPipeline:
        assert may_load.wait(30.0)
        return ControlsPipeline()

    daemon = Daemon({"controls": load}, DaemonConfig(bind="tcp://127.0.0.1:*"))
    thread = threading.Thread(target=daemon.run)
    thread.start()
    daemon.stop()
    thread.join(20.0)
    assert not thread.is_alive()
    may_load.set()


def test_two_models_beside_each_other(start_daemon: Callable[..., Daemon], connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline(), "gated": (gated := GatedPipeline())}).endpoint)
    client.open(1, model="controls")
    client.open(2, model="gated")
    gated.gate.release()
    for stream in (1, 2):
        client.send_frame(1, noise_picture(), stream=stream)
        assert client.receive_result(stream)[0]["stream"] == stream
