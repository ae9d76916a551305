"""Writes the .meta file of each new asset of the Unity package, with a GUID that stays: existing ones are left alone.

python tools/write_unity_metas.py
"""

from __future__ import annotations

import uuid
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "unity_package" / "com.miragelsd.bridge"
TAIL = "  userData: \n  assetBundleName: \n  assetBundleVariant: \n"
PLAIN = "  externalObjects: {}\n" + TAIL

IMPORTERS = {
    ".cs": "MonoImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  defaultReferences: []\n  executionOrder: 0\n"
    "  icon: {instanceID: 0}\n" + TAIL,
    ".asmdef": "AssemblyDefinitionImporter:\n" + PLAIN,
    ".shader": "ShaderImporter:\n  externalObjects: {}\n  defaultTextures: []\n  nonModifiableTextures: []\n" + TAIL,
    ".hlsl": "ShaderIncludeImporter:\n" + PLAIN,
    ".md": "TextScriptImporter:\n" + PLAIN,
    ".json": "TextScriptImporter:\n" + PLAIN,
    ".jpg": "TextureImporter:\n  externalObjects: {}\n  serializedVersion: 12\n" + TAIL,
    ".svg": "DefaultImporter:\n" + PLAIN,
    ".unity": "DefaultImporter:\n" + PLAIN,
}
# Native library: the editor that loads it (OS, CPU) and the player that ships it (build target, CPU). Linux on ARM64 is not among
# them: until Unity 6.5 both libraries would be copied to one place, and no player for Linux could be built.
PLUGINS = {
    "linux-x64/liblsd.so": ("Linux", "x86_64", "Linux64", "x86_64"),
    "macos-arm64/liblsd.dylib": ("OSX", "ARM64", "OSXUniversal", "ARM64"),
    "macos-x64/liblsd.dylib": ("OSX", "x86_64", "OSXUniversal", "x86_64"),
    "windows-arm64/lsd.dll": ("Windows", "ARM64", "Win64", "ARM64"),
    "windows-x64/lsd.dll": ("Windows", "x86_64", "Win64", "x86_64"),
}
# Older editors have no players for this processor.
SINCE = {"windows-arm64/lsd.dll": "UNITY_2023_1_OR_NEWER"}
PLAYERS = ("Linux64", "OSXUniversal", "Win", "Win64")


def main() -> None:
    plugins = PACKAGE / "Runtime" / "Plugins"
    assets = {path for path in PACKAGE.rglob("*") if path.suffix != ".meta" and not path.name.endswith("~")}
    assets |= {plugins / name for name in PLUGINS} | {(plugins / name).parent for name in PLUGINS}
    for path in sorted(assets):
        meta = path.with_name(path.name + ".meta")
        if not meta.exists():
            meta.parent.mkdir(parents=True, exist_ok=True)
            meta.write_text(meta_text(path))


def meta_text(path: Path) -> str:
    name = path.relative_to(PACKAGE).as_posix()
    # From the path at its birth; it stays when the asset moves, because its .meta moves along.
    guid = uuid.uuid5(uuid.NAMESPACE_URL, f"https://mirage-lsd/unity/{name}").hex
    head = f"fileFormatVersion: 2\nguid: {guid}\n"
    plugin = "/".join(path.parts[-2:])
    if plugin in PLUGINS:
        return head + plugin_importer(*PLUGINS[plugin], SINCE.get(plugin))
    if not path.suffix:
        is_folder = path.name != "LICENSE"
        return head + ("folderAsset: yes\n" if is_folder else "") + "DefaultImporter:\n" + PLAIN
    if name == "package.json":
        return head + "PackageManifestImporter:\n" + PLAIN
    return head + IMPORTERS[path.suffix]


def plugin_importer(editor_os: str, editor_cpu: str, player: str, player_cpu: str, since: str | None) -> str:
    constraints = f"\n  - {since}" if since else " []"
    others = "".join(platform("Standalone", name, 0, "None") for name in PLAYERS if name != player)
    return (
        "PluginImporter:\n  externalObjects: {}\n  serializedVersion: 2\n  iconMap: {}\n  executionOrder: {}\n"
        f"  defineConstraints:{constraints}\n  isPreloaded: 0\n  isOverridable: 0\n  isExplicitlyReferenced: 0\n"
        "  validateReferences: 1\n  platformData:\n"
        "  - first:\n      Any: \n    second:\n      enabled: 0\n      settings: {}\n"
        f"  - first:\n      Editor: Editor\n    second:\n      enabled: 1\n      settings:\n        CPU: {editor_cpu}\n"
        f"        DefaultValueInitialized: true\n        OS: {editor_os}\n"
        + platform("Standalone", player, 1, player_cpu)
        + others
        + TAIL
    )


def platform(group: str, name: str, enabled: int, cpu: str) -> str:
    return f"  - first:\n      {group}: {name}\n    second:\n      enabled: {enabled}\n      settings:\n        CPU: {cpu}\n"


if __name__ == "__main__":
    main()
