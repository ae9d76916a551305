"""A stand-in for Unreal's header tool: writes NAME.generated.h for headers with UCLASS, USTRUCT or UENUM, and holds them to its rules.

    python header_tool.py OUT_FOLDER HEADER...

It knows what this plugin needs: `Super`, `ThisClass` and `StaticClass`, and of the rules those that are easily broken unseen by a compiler:
the generated header is the last include, names begin as their kind asks, reflected functions and properties use reflected types only, no two
reflected functions of a class share a name, and no parameter has a property's name.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# Reflected types of the engine that the plugin uses; its own are added as they are met.
KNOWN_TYPES = {
    *(
        "void",
        "bool",
        "int32",
        "int64",
        "uint8",
        "float",
        "double",
        "FString",
        "FName",
        "FText",
        "FVector",
        "FLinearColor",
        "FKey",
    ),
    *("UObject", "UTexture", "UTexture2D", "UTextureRenderTarget2D", "USceneCaptureComponent2D", "ADirectionalLight"),
    *(
        "UStaticMeshComponent",
        "UCameraComponent",
        "UCapsuleComponent",
        "APawn",
        "AActor",
        "UWorld",
        "UPrimitiveComponent",
    ),
}
MACRO = re.compile(r"^\s*(UCLASS|USTRUCT|UENUM|UINTERFACE)\s*\(")
TYPE = re.compile(
    r"^\s*(?:enum\s+class|class|struct)\s+(?:[A-Z0-9_]+_API\s+)?(\w+)(?:\s+final)?\s*(?::\s*(?:public\s+)?(\w+))?"
)
BODY = re.compile(r"^\s*GENERATED_BODY\(\)")


def main(out: Path, headers: list[Path]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    texts = {header: header.read_text(encoding="utf-8") for header in headers}
    known = set(KNOWN_TYPES)
    for text in texts.values():
        known |= {name for _, name, _ in reflected_types(text.splitlines())}
        known |= set(re.findall(r"DECLARE_DYNAMIC_\w*DELEGATE\w*\(\s*(\w+)", text))
    for header, text in texts.items():
        if (name := f"{header.stem}.generated.h") in text:
            check(header, text, known)
            write_if_changed(out / name, generate(header, text))


def reflected_types(lines: list[str]) -> list[tuple[int, str, str | None]]:
    """Line of the type, its name, its base, for each type under a reflection macro."""
    found = []
    expecting = False
    for number, line in enumerate(lines):
        if MACRO.match(line):
            expecting = True
        elif expecting and (match := TYPE.match(line)):
            found.append((number, match[1], match[2]))
            expecting = False
    return found


def generate(header: Path, text: str) -> str:
    lines = text.splitlines()
    types = reflected_types(lines)
    identity = f"FID_{header.stem}_h"
    out = [
        "// Written by header_tool.py, a stand-in for Unreal's header tool.",
        "#undef CURRENT_FILE_ID",
        f"#define CURRENT_FILE_ID {identity}",
    ]
    for number, line in enumerate(lines, 1):
        if not BODY.match(line):
            continue
        _, name, base = [t for t in types if t[0] < number][-1]
        body = [f"typedef {name} ThisClass;"]
        if base is not None:
            body.append(f"typedef {base} Super;")
        if not name.startswith("F"):
            body.insert(0, "public:")
            body.append(
                f'static UClass* StaticClass() {{ static UClass Class(TEXT("{name[1:]}"), {base}::StaticClass()); return &Class; }}'
            )
            body.append("virtual UClass* GetClass() const override { return StaticClass(); }")
            body.append("private:")
        out.append(f"#define {identity}_{number}_GENERATED_BODY {' '.join(body)}")
    return "\n".join(out) + "\n"


def check(header: Path, text: str, known: set[str]) -> None:
    lines = text.splitlines()
    includes = [line for line in lines if line.startswith("#include")]
    require(
        includes[-1] == f'#include "{header.stem}.generated.h"', header, "the generated header is not the last include"
    )
    for number, name, base in reflected_types(lines):
        macro = next(line for line in reversed(lines[:number]) if MACRO.match(line)).strip()
        prefix = {"UCLASS": "UA", "USTRUCT": "F", "UENUM": "E"}[macro[: macro.index("(")]]
        require(name[0] in prefix, header, f"{name} begins with none of {prefix}")
        require(not macro.startswith("UCLASS") or base is not None, header, f"{name} has no base class")
    functions = re.findall(
        r"UFUNCTION\(.*?\)\s*\n\s*(?:static\s+|virtual\s+)?([^;{]*?)\b(\w+)\(([^;{]*?)\)\s*(?:const)?\s*[;{]", text
    )
    names = [name for _, name, _ in functions]
    require(len(names) == len(set(names)), header, "two reflected functions share a name")
    properties = set(re.findall(r"UPROPERTY\((?:[^()]|\([^()]*\))*\)\s*\n\s*[^;=]+?\s+(\w+)\s*(?:=[^;]*)?;", text))
    for result, name, parameters in functions:
        shadowing = properties & set(re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", parameters))
        require(not shadowing, header, f"{name}() has a parameter of a property's name, {', '.join(sorted(shadowing))}")
        for part in [result, *(p.split("=")[0] for p in parameters.split(",") if p.strip())]:
            check_type(header, f"{name}()", part, known)
    for declared in re.findall(r"UPROPERTY\((?:[^()]|\([^()]*\))*\)\s*\n\s*([^;=]+?)\s+\w+\s*(?:=[^;]*)?;", text):
        check_type(header, "a property", declared + " x", known)


def check_type(header: Path, where: str, declaration: str, known: set[str]) -> None:
    words = re.findall(r"[A-Za-z_]\w*", declaration)
    types = [
        w
        for w in words
        if w not in {"const", "class", "struct", "enum", "TObjectPtr", "TWeakObjectPtr", "TArray", "TMap", "Type"}
    ]
    require(
        bool(types) and types[0] in known,
        header,
        f"{where} uses {types[0] if types else declaration}, which is not reflected",
    )


def require(holds: bool, header: Path, problem: str) -> None:
    if not holds:
        sys.exit(f"{header.name}: {problem}.")


def write_if_changed(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(a) for a in sys.argv[2:]])
