"""Every assembly compiles as its asmdef says, and behaves: the counts are of NUnit's tests."""

from __future__ import annotations

import pytest
from csharp import PACKAGE, PATIENCE_S, STAND_IN, TESTS, Assembly, Workshop, sources

BEHAVIOUR = "MirageLSD.Tests.Behaviour"
PIPELINES = PACKAGE / "Runtime" / "Pipelines"
ENGINE = ["UnityEngine"]
pytestmark = pytest.mark.timeout(PATIENCE_S + 60)
TEST_REFERENCES = ["MirageLSD.Runtime", BEHAVIOUR, "nunit.framework"]


@pytest.mark.parametrize(
    ("fixture", "least"),
    [
        ("SeedCodeTests", 1),
        ("RoundTripTests", 11),
        ("DaemonTests", 7),
        ("GraphicsTests", 22),
        ("LifetimeTests", 7),
        ("ConventionsTests", 8),
        ("ConventionVectorTests", 8),
        ("IdentityTests", 9),
        ("ShaderTests", 126),
        ("PacingTests", 12),
        ("LayoutTests", 12),
        ("ContextTests", 3),
        ("ShadingTests", 16),
        ("PaintedPictureTests", 10),
        ("ShadingWeightsTests", 4),
        ("ReprojectionTests", 7),
    ],
)
def test_runtime_behaves(workshop: Workshop, request: pytest.FixtureRequest, fixture: str, least: int) -> None:
    extra = {"LSD_TEST_FOREIGN_DAEMON": request.getfixturevalue("foreign_daemon")}
    if fixture == "PaintedPictureTests":
        extra["LSD_TEST_MODEL_DAEMON"] = request.getfixturevalue("model_daemon")
    done = workshop.run_tests(BEHAVIOUR, f"{BEHAVIOUR}.{fixture}", **extra)
    assert done >= least


def test_every_fixture_is_run() -> None:
    listed = {mark.args[1][i][0] for mark in test_runtime_behaves.pytestmark for i in range(len(mark.args[1]))}
    assert listed == {path.stem for path in (TESTS / "behaviour").glob("*Tests.cs")}


URP_17 = ["MIRAGELSD_URP", "MIRAGELSD_URP_17", "UNITY_EDITOR"]


@pytest.mark.parametrize(
    ("defines", "count"),
    [
        (["MIRAGELSD_URP", "UNITY_EDITOR"], 17),
        (URP_17, 18),
        ([*URP_17, "UNITY_6000_3_OR_NEWER"], 17),
    ],
    ids=["urp-14", "urp-17", "urp-17.3"],
)
def test_universal_pipeline(own_folder: Workshop, model_daemon: str, defines: list[str], count: int) -> None:
    pipeline = [*ENGINE, "Unity.RenderPipelines.Core.Runtime", "UnityEditor"]
    compile_pipeline_core(own_folder)
    universal = "Unity.RenderPipelines.Universal.Runtime"
    own_folder.compile(Assembly(universal, sources(STAND_IN / "universal"), pipeline, defines))
    references = [*pipeline, universal, "MirageLSD.Runtime"]
    own_folder.compile(Assembly("MirageLSD.Universal", sources(PIPELINES / "Universal"), references, defines))
    references += ["MirageLSD.Universal", *TEST_REFERENCES]
    tests = [*defines, "URP_17"] if "MIRAGELSD_URP_17" in defines else defines
    own_folder.compile(Assembly("MirageLSD.Tests.Universal", sources(TESTS / "pipelines"), references, tests))
    passed = own_folder.run_tests(
        "MirageLSD.Tests.Universal", "MirageLSD.Tests.Pipelines.PipelineTests", LSD_TEST_MODEL_DAEMON=model_daemon
    )
    assert passed == count


def test_high_definition_pipeline(own_folder: Workshop, model_daemon: str) -> None:
    pipeline = [*ENGINE, "Unity.RenderPipelines.Core.Runtime", "UnityEditor"]
    compile_pipeline_core(own_folder)
    high = "Unity.RenderPipelines.HighDefinition.Runtime"
    own_folder.compile(Assembly(high, sources(STAND_IN / "high_definition"), pipeline))
    references = [*pipeline, high, "MirageLSD.Runtime"]
    hook = Assembly("MirageLSD.HighDefinition", sources(PIPELINES / "HighDefinition"), references, ["UNITY_EDITOR"])
    own_folder.compile(hook)
    references += ["MirageLSD.HighDefinition", *TEST_REFERENCES]
    own_folder.compile(Assembly("MirageLSD.Tests.HighDefinition", sources(TESTS / "pipelines"), references, ["HDRP"]))
    passed = own_folder.run_tests(
        "MirageLSD.Tests.HighDefinition", "MirageLSD.Tests.Pipelines.PipelineTests", LSD_TEST_MODEL_DAEMON=model_daemon
    )
    assert passed == 16


@pytest.mark.parametrize(("defines", "count"), [([], 4), (["MIRAGELSD_VOLUMES_17"], 5)], ids=["core-14", "core-17"])
def test_volumes(own_folder: Workshop, defines: list[str], count: int) -> None:
    compile_pipeline_core(own_folder)
    references = [*ENGINE, "Unity.RenderPipelines.Core.Runtime", "MirageLSD.Runtime"]
    own_folder.compile(Assembly("MirageLSD.Volumes", sources(PACKAGE / "Runtime" / "Volumes"), references, defines))
    references += ["MirageLSD.Volumes", *TEST_REFERENCES]
    own_folder.compile(Assembly("MirageLSD.Tests.Volumes", sources(TESTS / "volumes"), references, defines))
    assert own_folder.run_tests("MirageLSD.Tests.Volumes", "MirageLSD.Tests.Volumes.VolumeTests") == count


def compile_pipeline_core(folder: Workshop) -> None:
    folder.compile(Assembly("UnityEditor", sources(STAND_IN / "editor"), ENGINE))
    folder.compile(Assembly("Unity.RenderPipelines.Core.Runtime", sources(STAND_IN / "core"), ENGINE))


def test_editor(own_folder: Workshop) -> None:
    editor = [*ENGINE, "UnityEditor", "MirageLSD.Runtime"]
    own_folder.compile(Assembly("UnityEditor", sources(STAND_IN / "editor"), ENGINE))
    own_folder.compile(Assembly("MirageLSD.Editor", sources(PACKAGE / "Editor"), editor))
    references = [*editor, "MirageLSD.Editor", *TEST_REFERENCES]
    own_folder.compile(Assembly("MirageLSD.Tests.Editor", sources(TESTS / "editor"), references))
    fixtures = {"EditorTests": 12, "LauncherTests": 3, "LocalDaemonTests": 11}
    for fixture, count in fixtures.items():
        assert own_folder.run_tests("MirageLSD.Tests.Editor", f"MirageLSD.Tests.EditorSide.{fixture}") == count


def test_other_platforms(own_folder: Workshop) -> None:
    """Unity compiles the runtime for every platform, so that a game's code and scenes stay whole on those without a library."""
    own_folder.compile(Assembly("MirageLSD.Runtime", sources(PACKAGE / "Runtime"), ENGINE))
    references = [*ENGINE, *TEST_REFERENCES]
    own_folder.compile(Assembly("MirageLSD.Tests.Mobile", sources(TESTS / "mobile"), references))
    assert own_folder.run_tests("MirageLSD.Tests.Mobile", "MirageLSD.Tests.Mobile.MobileTests") == 1


def test_samples(own_folder: Workshop) -> None:
    names = []
    for folder in sorted(path for path in (PACKAGE / "Samples~").iterdir() if path.is_dir()):
        names.append(f"MirageLSD.Samples.{folder.name}")
        own_folder.compile(Assembly(names[-1], sources(folder), [*ENGINE, "MirageLSD.Runtime"]))
    references = [*ENGINE, *names, *TEST_REFERENCES]
    own_folder.compile(Assembly("MirageLSD.Tests.Samples", sources(TESTS / "samples"), references))
    assert own_folder.run_tests("MirageLSD.Tests.Samples", "MirageLSD.Tests.Samples.SampleTests") == 1


def test_package_tests(own_folder: Workshop) -> None:
    """Those for Unity's Test Runner; here they show at least that they would compile and pass."""
    references = [*ENGINE, "MirageLSD.Runtime", "nunit.framework"]
    own_folder.compile(Assembly("MirageLSD.Tests", sources(PACKAGE / "Tests"), references))
    bench = [*references, "MirageLSD.Tests", BEHAVIOUR]
    own_folder.compile(Assembly("MirageLSD.Tests.Bench", sources(TESTS / "package_tests"), bench))
    assert own_folder.run_tests("MirageLSD.Tests.Bench", "MirageLSD.Tests.Bench.BenchTests") == 4
