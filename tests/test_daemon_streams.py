"""Streams beside each other: own controls, transitions, receipts, latest wins, fair turns, pacing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from daemon_client import DaemonClient, noise_picture
from stand_in_pipelines import ControlsPipeline, GatedPipeline, RecordingPipeline

from mirage_lsd.controls import Controls, Notice
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.server import Daemon, DaemonConfig, Limits

StartDaemon = Callable[..., Daemon]
Connect = Callable[..., DaemonClient]


def control(sequence: int, stream: int = 1, transition_s: float = 0.0, **values: Any) -> dict[str, Any]:
    return {
        "t": "control",
        "stream": stream,
        "control_seq": sequence,
        "values": values,
        "transition_s": transition_s,
    }


def test_two_sessions_do_not_mix(start_daemon: StartDaemon, connect: Connect) -> None:
    endpoint = start_daemon({"controls": ControlsPipeline()}).endpoint
    clients = [connect(endpoint), connect(endpoint)]
    for client in clients:
        client.open(model="controls", seed=3)
    clients[0].send(control(7, scene="b", seed=11))
    clients[1].send(control(9, lighting="night"))
    for seq in range(1, 30):
        for client in clients:
            client.send_frame(seq, noise_picture())
        for client, expected, receipt in zip(clients, ([255, 0, 11, 0], [0, 255, 3, 0]), (7, 9), strict=True):
            result, pixels = client.receive_result()
            assert pixels[0, 0].tolist() == expected
            assert (result["seq"], result["control_seq"]) == (seq, receipt)


def test_the_receipt_names_the_controls_the_frame_was_made_with(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline()}).endpoint)
    client.open(model="controls")
    results = 0
    for number in range(1, 100):
        client.send(control(number, seed=number))
        client.send_frame(number, noise_picture())
        while client.socket.poll(5 if number < 99 else 10_000):
            result, pixels = client.receive_result()
            assert pixels[0, 0, 2] == result["control_seq"]
            assert result["control_seq"] >= result["seq"]  # it was sent before that frame
            results += 1
            if result["seq"] == 99:
                break
    assert result["control_seq"] == 99
    assert results > 1


def test_a_transition_passes_between_and_arrives(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline()}).endpoint)
    client.open(model="controls")
    client.send(control(1, transition_s=0.5, scene="b"))
    weights: list[int] = []
    deadline = time.monotonic() + 10.0
    while not weights or weights[-1] < 255:
        assert time.monotonic() < deadline
        client.send_frame(len(weights) + 1, noise_picture())
        result, pixels = client.receive_result()
        assert result["control_seq"] == 1
        weights.append(int(pixels[0, 0, 0]))
    assert weights == sorted(weights)
    assert weights[0] < 255
    assert any(0 < weight < 255 for weight in weights)


def test_unknown_controls_apply_nothing(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline()}).endpoint)
    client.open(model="controls")
    client.send(control(1, scene="b", lighting="moonshine"))
    client.expect_error("bad_control")
    client.send_frame(1, noise_picture())
    result, pixels = client.receive_result()
    assert result["control_seq"] == 0
    assert pixels[0, 0, 0] == 0


def test_reset_reaches_the_next_frame_only(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline()}).endpoint)
    client.open(model="controls")
    resets = []
    for seq in range(1, 5):
        if seq == 2:
            client.send({"t": "reset", "stream": 1})
        client.send_frame(seq, noise_picture(), reset=seq == 4)
        resets.append(bool(client.receive_result()[1][0, 0, 3]))
    assert resets == [False, True, False, True]


def test_sun_direction_is_handed_on(start_daemon: StartDaemon, connect: Connect) -> None:
    pipeline = RecordingPipeline()
    client = connect(start_daemon({"recording": pipeline}).endpoint)
    client.open(model="recording")
    client.send(control(1, sun_direction=[0.0, 3.0, 4.0]))
    client.send_frame(1, noise_picture())
    client.receive_result()
    assert pipeline.seen is not None
    assert pipeline.seen.numbers("sun_direction") == (0.0, 0.6, 0.8)


def test_latest_wins_and_drops_are_counted(start_daemon: StartDaemon, connect: Connect) -> None:
    pipeline = GatedPipeline()
    client = connect(start_daemon({"gated": pipeline}).endpoint)
    client.open_shared(model="gated", slots=16)
    client.send_frame(1, noise_picture())
    assert pipeline.started.acquire(timeout=10.0)
    for seq in range(2, 11):
        client.send_frame(seq, noise_picture(), reset=seq == 2)
    assert client.is_served()  # so all of them have arrived
    pipeline.gate.release(2)
    first, _ = client.receive_result()
    second, pixels = client.receive_result()
    assert (first["seq"], second["seq"]) == (1, 10)
    assert second["dropped"] == 8
    assert pixels[0, 0, 3] == 255  # the reset of a dropped frame is not lost
    assert pipeline.seqs == [1, 10]


def test_streams_take_turns(start_daemon: StartDaemon, connect: Connect) -> None:
    pipeline = GatedPipeline()
    client = connect(start_daemon({"gated": pipeline}).endpoint)
    for stream in (1, 2, 3):
        client.open(stream, model="gated")
    served = []
    for stream in (1, 2, 3):
        client.send_frame(1, noise_picture(), stream=stream)
    assert client.is_served()
    for turn in range(2, 8):
        # Stream 1 floods; the others send one frame each turn.
        for flood in range(4):
            client.send_frame(turn * 10 + flood, noise_picture(), stream=1)
        assert client.is_served()
        pipeline.gate.release()
        result, _ = client.receive_result()
        served.append(result["stream"])
        if result["stream"] != 1:
            client.send_frame(turn * 10, noise_picture(), stream=result["stream"])
            assert client.is_served()
    assert sorted(served) == [1, 1, 2, 2, 3, 3]
    pipeline.gate.release(10)


def test_fps_paces_a_stream(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline()}).endpoint)
    client.open(model="controls", fps=20.0)
    starts = []
    for seq in range(1, 8):
        client.send_frame(seq, noise_picture())
        starts.append(client.receive_result()[0]["t_start_ns"])
    # Pacing sets a rate over time: a late start may be made up for by the next, never more.
    assert starts[-1] - starts[0] >= 5 * 50_000_000


def test_closing_while_a_frame_is_in_work(start_daemon: StartDaemon, connect: Connect) -> None:
    pipeline = GatedPipeline()
    client = connect(start_daemon({"gated": pipeline}).endpoint)
    client.open_shared(model="gated")
    client.send_frame(1, noise_picture())
    assert pipeline.started.acquire(timeout=10.0)
    client.send_frame(2, noise_picture())
    client.send({"t": "close", "stream": 1})
    client.expect("closed")
    client.open(2, model="gated")
    client.send_frame(1, noise_picture(), stream=2)
    pipeline.gate.release(2)
    result, _ = client.receive_result(2)
    assert result["stream"] == 2


def test_sessions_are_limited(start_daemon: StartDaemon, connect: Connect) -> None:
    endpoint = start_daemon({"controls": ControlsPipeline()}, Limits(max_sessions=2)).endpoint
    first, _ = connect(endpoint), connect(endpoint)
    third = connect(endpoint, greet=False)
    third.send(third.hello())
    assert third.expect_error("too_many_sessions")["fatal"] is True
    assert first.expect("progress") == {"t": "progress", "what": "", "fraction": 1.0}  # is it still there?
    first.send({"t": "bye"})
    assert first.is_served()
    third.greet()


def test_silent_sessions_end(start_daemon: StartDaemon, connect: Connect) -> None:
    endpoint = start_daemon({"controls": ControlsPipeline()}, Limits(idle_timeout_s=0.5)).endpoint
    silent, lively = connect(endpoint), connect(endpoint)
    silent.open_shared(model="controls")
    lively.open(model="controls")
    while not silent.socket.poll(50):
        assert lively.is_served()
    assert "0.5 s" in silent.expect("bye")["reason"]
    silent.send(silent.frame_header(1, slot=0, slot_seq=2))
    silent.expect_error("hello_required")
    lively.send_frame(1, noise_picture())
    lively.receive_result()
    silent.greet()
    silent.open(model="controls")


def test_clients_that_were_killed_make_room(start_daemon: StartDaemon, connect: Connect) -> None:
    """An engine that crashes and is started again, more often than there are sessions, within the idle time-out."""
    endpoint = start_daemon({"controls": ControlsPipeline()}, Limits(max_sessions=3)).endpoint
    for _ in range(8):
        victim = DaemonClient(endpoint)
        victim.greet()
        victim.__exit__(None, None, None)  # without a `bye`
    connect(endpoint)


def test_strength_and_bypass(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"controls": ControlsPipeline()}).endpoint)
    client.open(model="controls")
    engine = noise_picture()
    opaque = engine.copy()
    opaque[..., 3] = 255
    client.send(control(1, scene="b", strength=0.0))
    client.send_frame(1, engine)
    result, pixels = client.receive_result()
    assert (pixels == opaque).all()
    assert set(result["timings_us"]) == {"stand_in"}
    client.send(control(2, strength=1.0, bypass=True))
    client.send_frame(2, engine)
    result, pixels = client.receive_result()
    assert (pixels == opaque).all()
    assert set(result["timings_us"]) == {"bypass"}  # the model was not asked
    client.send(control(3, bypass=False))
    client.send_frame(3, engine)
    assert client.receive_result()[1][0, 0].tolist() == [255, 0, 0, 0]


def test_slots_reach_the_pipeline_and_stay(start_daemon: StartDaemon, connect: Connect) -> None:
    pipeline = RecordingPipeline()
    client = connect(start_daemon({"recording": pipeline}).endpoint)
    client.open(model="recording")
    matrix = [1.0, 0.0, 0.0, 4.0, 0.0, 1.0, 0.0, 5.0, 0.0, 0.0, 1.0, 6.0]
    entries = [
        {"slot": 7, "class": "vehicle", "world_from_object": matrix},
        {"slot": 2, "class": "skin", "strength": 0.5},
    ]
    client.send_frame(1, noise_picture(), slots=entries)
    client.receive_result()
    client.send_frame(2, noise_picture(), slots=[{"slot": 2, "class": "from the future"}])
    client.receive_result()
    assert pipeline.last is not None
    skin, vehicle = pipeline.last.slots
    assert (skin.slot, skin.object_class, skin.strength) == (2, "unspecified", 1.0)
    assert (vehicle.slot, vehicle.object_class, vehicle.previous_world_from_object) == (7, "vehicle", None)
    assert vehicle.world_from_object is not None
    assert vehicle.world_from_object[:, 3].tolist() == [4.0, 5.0, 6.0]


def test_slots_of_a_dropped_frame_are_not_lost(start_daemon: StartDaemon, connect: Connect) -> None:
    class Held(GatedPipeline):
        slots: tuple[int, ...] = ()

        def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
            self.slots = tuple(slot.slot for slot in frame.slots)
            return super().process(frame, state, controls)

    pipeline = Held()
    client = connect(start_daemon({"gated": pipeline}).endpoint)
    client.open(model="gated")
    client.send_frame(1, noise_picture())
    assert pipeline.started.acquire(timeout=10.0)
    client.send_frame(2, noise_picture(), slots=[{"slot": 5, "class": "prop"}])
    client.send_frame(3, noise_picture())
    assert client.is_served()
    pipeline.gate.release(2)
    client.receive_result()
    assert client.receive_result()[0]["seq"] == 3
    assert pipeline.slots == (5,)


class SlowToPrepare(ControlsPipeline):
    """Compiles for a size until the test opens its gate."""

    def __init__(self) -> None:
        self.compiling = threading.Event()
        self.gate = threading.Event()

    def create_state(self, spec: StreamSpec) -> StreamSpec:
        if spec.width == LARGE:
            self.compiling.set()
            assert self.gate.wait(30.0)
        if spec.width == IMPOSSIBLE:
            raise ValueError("A side of 128 pixels is too large.")
        return super().create_state(spec)


LARGE, IMPOSSIBLE = 96, 128


def opened_at(client: DaemonClient, width: int, stream: int) -> dict[str, Any]:
    size = {"width": width, "height": 36}
    return client.open_header(
        stream,
        model="slow",
        planes=[{"name": "color", "format": "rgba8", **size}],
        output={"format": "rgba8", **size},
    )


def test_opening_a_stream_holds_nobody_up(start_daemon: StartDaemon, connect: Connect) -> None:
    pipeline = SlowToPrepare()
    endpoint = start_daemon({"slow": pipeline}).endpoint
    first, second = connect(endpoint), connect(endpoint)
    first.open(model="slow")
    second.send(opened_at(second, LARGE, 1))
    second.expect("opened")
    assert second.expect("progress")["fraction"] == 0.0
    assert pipeline.compiling.wait(10.0)
    second.send_frame(1, noise_picture(1, LARGE, 36))
    for seq in range(1, 20):
        first.send_frame(seq, noise_picture())
        assert first.receive_result()[0]["seq"] == seq
    second.send_frame(2, noise_picture(2, LARGE, 36))
    assert second.is_served()
    pipeline.gate.set()
    assert second.expect("progress")["fraction"] == 1.0
    result, _ = second.receive_result(1, LARGE, 36)
    assert (result["seq"], result["dropped"]) == (2, 1)  # the newest waited


def test_a_size_that_the_model_refuses(start_daemon: StartDaemon, connect: Connect) -> None:
    client = connect(start_daemon({"slow": SlowToPrepare()}).endpoint)
    client.send(opened_at(client, IMPOSSIBLE, 4))
    client.expect("opened")
    client.expect("progress")
    error = client.expect_error("bad_plane")
    assert (error["stream"], error["stream_closed"]) == (4, True)
    assert "too large" in error["message"]
    client.open(4, model="slow")


def test_notices_come_once_a_minute(start_daemon: StartDaemon, connect: Connect) -> None:
    class Noticing(ControlsPipeline):
        def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
            output = super().process(frame, state, controls)
            output.notices = (Notice("depth_unit", "Depth looks like centimetres; send metres."),)
            return output

    client = connect(start_daemon({"noticing": Noticing()}).endpoint)
    for stream in (1, 2):
        client.open(stream, model="noticing")
    for stream in (1, 2):
        client.send_frame(1, noise_picture(), stream=stream)
        client.receive_result(stream)
        notice = client.expect("notice")
        assert (notice["stream"], notice["code"]) == (stream, "depth_unit")
        client.send_frame(2, noise_picture(), stream=stream)
        client.receive_result(stream)
    assert client.is_served()


def test_two_devices_share_the_streams(connect: Connect) -> None:
    one, other = GatedPipeline(), GatedPipeline()
    daemon = Daemon([{"gated": one}, {"gated": other}], DaemonConfig(bind="tcp://127.0.0.1:*"))
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        assert daemon.ready.wait(10.0)
        client = connect(daemon.endpoint)
        for stream in (1, 2):
            client.open(stream, model="gated")
            client.send_frame(1, noise_picture(), stream=stream)
        # Each device has one of them in work at the same time.
        assert one.started.acquire(timeout=10.0)
        assert other.started.acquire(timeout=10.0)
    finally:
        one.gate.release(5)
        other.gate.release(5)
        daemon.stop()
        thread.join(20.0)
    assert not thread.is_alive()
