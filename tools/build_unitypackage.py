"""Writes what Unity installs, from unity_package/com.miragelsd.bridge and the native libraries of build/native-all, into dist/:

    MirageLSD.unitypackage               for Assets > Import Package
    MirageLSD.Samples.unitypackage       the samples, which a game has no use for
    com.miragelsd.bridge-<version>.tgz   for Window > Package Manager > Add package from tarball
    upm/                                 the same as a folder: the content of the release branch that Git URLs name

    python tools/build_unitypackage.py [--repository https://HOST/OWNER/NAME]

With --repository the Package Manager's links lead to its branch upm; without, to the files that are installed.
The same tree gives the same bytes: entries are sorted, and nothing in them knows the time or the user.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "unity_package" / "com.miragelsd.bridge"
NATIVE = REPOSITORY / "build" / "native-all"
DIST = REPOSITORY / "dist"

# Where the package lies in a project that imported it. Folders that end with ~ are invisible to Unity and can't be
# imported: the samples become a visible folder, and the documentation one of text files.
IMPORTED_AS = "Assets/MirageLSD"
RENAMED = {"Samples~": "Samples", "Documentation~": "Documentation"}
# What makes it a package of the Package Manager is of no use within Assets, and its tests are not the game's.
NOT_IMPORTED = ("package.json", "Tests")
SAMPLES = "Samples~"

# By folder in Runtime/Plugins, which is also the folder in build/native-all.
LIBRARIES = {
    "linux-x64": "liblsd.so",
    "macos-arm64": "liblsd.dylib",
    "macos-x64": "liblsd.dylib",
    "windows-arm64": "lsd.dll",
    "windows-x64": "lsd.dll",
}
# What the engine shades with, by its name in Runtime/Shading and in shared_protocol/shading.
SHADERS = {"MirageLSDShade.hlsl": "lsd_shade.hlsl", "MirageLSDReproject.hlsl": "lsd_reproject.hlsl"}


def main(repository: str = "") -> int:
    libraries = {f"Runtime/Plugins/{name}/{file}": NATIVE / name / file for name, file in LIBRARIES.items()}
    missing = [str(path.relative_to(REPOSITORY)) for path in libraries.values() if not path.is_file()]
    if missing:
        print(f"{', '.join(missing)} is missing: run `make native-all` first.", file=sys.stderr)
        return 1
    shaders = {
        f"Runtime/Shading/{name}": REPOSITORY / "shared_protocol" / "shading" / shared
        for name, shared in SHADERS.items()
    }
    files = {path.relative_to(PACKAGE).as_posix(): path for path in package_files()} | libraries | shaders
    DIST.mkdir(exist_ok=True)
    package = json.loads((PACKAGE / "package.json").read_text())
    version = package["version"]
    if repository:
        linked = DIST / "package.json"
        linked.write_text(json.dumps(package | links(repository), indent=2) + "\n")
        files["package.json"] = linked
    samples = {name: path for name, path in files.items() if top(name) == SAMPLES}
    game = {name: path for name, path in files.items() if name not in samples and top(name) not in NOT_IMPORTED}
    (DIST / "MirageLSD.unitypackage").write_bytes(unitypackage(game))
    (DIST / "MirageLSD.Samples.unitypackage").write_bytes(unitypackage(samples))
    (DIST / f"com.miragelsd.bridge-{version}.tgz").write_bytes(package_archive(files))
    write_folder(files)
    if repository:
        linked.unlink()
    print(f"dist/*.unitypackage, dist/com.miragelsd.bridge-{version}.tgz, dist/upm: {len(files)} files")
    return 0


def links(repository: str) -> dict[str, object]:
    """What package.json says of a repository whose branch upm is the package."""
    root = f"{repository.removesuffix('/').removesuffix('.git')}/blob/upm"
    return {
        "documentationUrl": f"{root}/Documentation~/index.md",
        "changelogUrl": f"{root}/CHANGELOG.md",
        "licensesUrl": f"{root}/LICENSE.md",
        "repository": {"type": "git", "url": repository},
    }


def top(name: str) -> str:
    """The first part of a path within the package, for a folder's .meta that of the folder."""
    return name.split("/")[0].removesuffix(".meta")


def write_folder(files: dict[str, Path]) -> None:
    """dist/upm anew, so that nothing of another version stays in it."""
    shutil.rmtree(DIST / "upm", ignore_errors=True)
    for name, path in files.items():
        target = DIST / "upm" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())


def package_files() -> Iterator[Path]:
    """Every file of the package but native libraries that lie there for development."""
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.name not in LIBRARIES.values():
            yield path


def unitypackage(files: dict[str, Path]) -> bytes:
    """A folder per asset, named by its GUID, with `asset` (no folder has one), `asset.meta` and `pathname`."""
    entries: dict[str, bytes] = {}
    for name, path in files.items():
        if not name.endswith(".meta"):
            continue
        add_asset(entries, name.removesuffix(".meta"), path.read_bytes(), files)
    for hidden, visible in RENAMED.items():
        if all(top(name) != hidden for name in files):
            continue
        # A hidden folder has no .meta of its own.
        meta = folder_meta(guid_of_folder(visible))
        add_entry(entries, guid_of_folder(visible), meta, f"{IMPORTED_AS}/{visible}", None)
        assert (PACKAGE / hidden).is_dir(), hidden
    add_entry(entries, guid_of_folder(""), folder_meta(guid_of_folder("")), IMPORTED_AS, None)
    return archive(entries)


def add_asset(entries: dict[str, bytes], name: str, meta: bytes, files: dict[str, Path]) -> None:
    first, _, rest = name.partition("/")
    target = f"{IMPORTED_AS}/{RENAMED.get(first, first)}" + (f"/{rest}" if rest else "")
    content = files[name].read_bytes() if name in files else None
    match = re.search(rb"^guid: ([0-9a-f]{32})$", meta, re.MULTILINE)
    assert match is not None, name
    add_entry(entries, match[1].decode(), meta, target, content)


def add_entry(entries: dict[str, bytes], guid: str, meta: bytes, target: str, content: bytes | None) -> None:
    assert f"{guid}/pathname" not in entries, f"two assets have the GUID {guid}"
    if content is not None:
        entries[f"{guid}/asset"] = content
    entries[f"{guid}/asset.meta"] = meta
    entries[f"{guid}/pathname"] = target.encode()


def guid_of_folder(name: str) -> str:
    """Of the few folders that exist in an imported package only; fixed like every other."""
    return {
        "": "6d697261676500000000000000000001",
        "Samples": "6d697261676500000000000000000002",
        "Documentation": "6d697261676500000000000000000003",
    }[name]


def folder_meta(guid: str) -> bytes:
    return (
        f"fileFormatVersion: 2\nguid: {guid}\nfolderAsset: yes\nDefaultImporter:\n  externalObjects: {{}}\n"
        "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
    ).encode()


def package_archive(files: dict[str, Path]) -> bytes:
    """What `npm pack` would make: everything below `package/`."""
    return archive({f"package/{name}": path.read_bytes() for name, path in files.items()})


def archive(entries: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name in sorted(entries):
            info = tarfile.TarInfo(name)
            info.size = len(entries[name])
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(entries[name]))
    return packed.getvalue()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--repository", default="", help="where the branch upm is published, https://HOST/OWNER/NAME")
    sys.exit(main(options.parse_args().repository))
