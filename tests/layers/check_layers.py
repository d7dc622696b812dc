#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that includes point downward only.

    core <- color <- {codec, resample, compose} <- quality <- pipeline <- c_api, bindings, tools

A file of a layer includes its own folder and lower layers, never a sibling or a higher one; a codec
never another codec; Highway appears only where kernels and their dispatch are. `check_layers.py ROOT`
prints each breach and exits 1 if there is one; `--self-test` breaks each rule and expects to be told.
"""
import pathlib
import re
import sys
import tempfile

RANKS = {"core": 0, "color": 1, "codec": 2, "resample": 2, "compose": 2,
         "quality": 3, "pipeline": 4, "c_api": 5}
INCLUDE = re.compile(r'^\s*#\s*include\s*["<]([^">]+)[">]')
# Files that may name Highway: kernels, entries, and the private header that chooses a target.
MAY_USE_HIGHWAY = re.compile(r"(-inl\.h|-entry\.h|\.cc|^lib/core/dispatch\.h)$")
CODE = {".h", ".hpp", ".cc", ".cpp", ".c"}


def folder_of(path):
    """('codec', 'jpeg') of lib/codec/jpeg/x.cc; ('codec', '') of limen/codec/x.h; None outside."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[:2] == ("include", "limen"):
        parts = parts[2:]
    elif parts and parts[0] in ("limen", "lib"):
        parts = parts[1:]
    else:
        return None
    if len(parts) < 2:
        return None  # limen.h, limen.hpp: umbrellas over everything
    return parts[0], parts[1] if len(parts) > 2 else ""


def breaches_of(path, text):
    """Yields 'file:line: what' for one file; `path` is relative to the root."""
    own = folder_of(path)
    is_private_code = path.startswith("lib/")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match.group(1)
        where = f"{path}:{number}: "
        if included.startswith("hwy/") and own and not MAY_USE_HIGHWAY.search(path):
            yield where + f"Highway outside a kernel, an entry or a dispatch file: {included}"
        if included.startswith("lib/") and not is_private_code and not path.startswith(
                ("tests/", "benchmarks/", "fuzz/")):
            yield where + f"a private header outside lib/: {included}"
        other = folder_of(included)
        if not own or not other:
            continue
        if own[0] not in RANKS or other[0] not in RANKS:
            yield where + f"a folder that is no layer: {own[0]} or {other[0]}"
        elif RANKS[other[0]] > RANKS[own[0]]:
            yield where + f"{own[0]} includes {other[0]}, which is above it: {included}"
        elif RANKS[other[0]] == RANKS[own[0]] and other[0] != own[0]:
            yield where + f"{own[0]} includes its sibling {other[0]}: {included}"
        elif own[0] == other[0] == "codec" and own[1] and other[1] and own[1] != other[1]:
            yield where + f"codec {own[1]} includes codec {other[1]}: {included}"


def check(root):
    root = pathlib.Path(root)
    breaches = []
    files = 0
    for top in ("include", "lib", "examples", "bindings"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in CODE and path.is_file():
                files += 1
                relative = path.relative_to(root).as_posix()
                breaches += breaches_of(relative, path.read_text(encoding="utf-8"))
    if files == 0:
        breaches.append(f"{root}: no source files")
    return breaches


def self_test():
    """Each line of `bad` alone must be found, and `good` must pass."""
    good = {
        "include/limen/color/a.h": '#include "limen/core/b.h"\n#include "limen/color/c.h"\n',
        "include/limen/limen.hpp": '#include "limen/pipeline/recipe.h"\n',
        "include/limen/resample/r-inl.h": "#include <hwy/highway.h>\n",
        "lib/codec/jpeg/d.cc": '#include "lib/codec/codec.h"\n#include "lib/codec/jpeg/e.h"\n',
        "lib/codec/registry.cc": '#include "lib/codec/png/p.h"\n',
        "lib/pipeline/t.cc": '#include "limen/codec/decode.h"\n#include "limen/core/x.h"\n',
        "examples/cli/main.cc": '#include "limen/pipeline/transform.h"\n',
    }
    bad = {
        "include/limen/core/a.h": '#include "limen/color/c.h"\n',
        "include/limen/resample/a.h": '#  include <limen/compose/c.h>\n',
        "lib/codec/a.cc": '#include "limen/pipeline/recipe.h"\n',
        "lib/codec/jpeg/a.cc": '#include "lib/codec/png/png.h"\n',
        "lib/compose/a.cc": '#include "lib/codec/codec.h"\n',
        "lib/compose/b.h": "#include <hwy/highway.h>\n",
        "include/limen/core/b.h": '#include "lib/core/dispatch.h"\n',
        "examples/cli/a.cc": '#include "lib/core/dispatch.h"\n',
        "lib/misc/a.cc": '#include "limen/core/a.h"\n',
    }

    def breaches_with(files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check(folder)

    failures = [f"false alarm: {line}" for line in breaches_with(good)]
    for name, text in bad.items():
        if len(breaches_with(good | {name: text})) != 1:
            failures.append(f"not found, or not once: {name}: {text.strip()}")
    return failures


if __name__ == "__main__":
    found = self_test() if sys.argv[1] == "--self-test" else check(sys.argv[1])
    print("\n".join(found) if found else "no breach")
    sys.exit(1 if found else 0)
