#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests bindings/go against a stage that limen is installed in: `run.py test`, `race`, `data`, and
`consume`, where somebody else's module in an empty directory gets ours from a module proxy;
`documents`, where the lines of Go that docs/coming-from.md shows run."""
import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINDING = ROOT / "bindings" / "go"
MODULES = [BINDING, ROOT / "examples" / "go", ROOT / "benchmarks" / "go",
           ROOT / "benchmarks" / "peers" / "runners" / "go_protocol",
           ROOT / "benchmarks" / "peers" / "runners" / "limen_cgo",
           ROOT / "benchmarks" / "peers" / "runners" / "limen_go"]
MODULE = "github.com/limen-image/limen/bindings/go"
VERSION = "v0.1.0"
SKIPPED = 77


def call(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run([str(part) for part in command], check=True, **options)


def environment(arguments):
    library = arguments.stage / arguments.libdir
    # Go does not see that a header outside of its module has changed, but it sees a flag that does.
    header = (arguments.stage / "include" / "limen" / "limen.h").read_bytes()
    stamp = hashlib.sha256(header).hexdigest()[:12]
    settings = dict(os.environ, PKG_CONFIG_PATH=str(library / "pkgconfig"),
                    LD_LIBRARY_PATH=str(library), CGO_ENABLED="1",
                    CGO_CFLAGS=f"-O2 -g -DLIMEN_STAGE_{stamp}",
                    GOFLAGS="-buildvcs=false", GOPROXY="off", GOSUMDB="off", GOTOOLCHAIN="local",
                    GOWORK="off")
    if "HOME" not in settings:
        settings.setdefault("GOCACHE", str(arguments.stage.parent / "go-cache"))
    return settings


def test(settings):
    unformatted = call("gofmt", "-l", *MODULES, HERE, env=settings,
                       stdout=subprocess.PIPE, text=True).stdout
    if unformatted:
        sys.exit("not as gofmt has it:\n" + unformatted)
    for module in MODULES:
        call("go", "vet", "./...", cwd=module, env=settings)
    call("go", "test", "-count=1", "./...", cwd=BINDING, env=settings)


def race(settings):
    call("go", "test", "-race", "-short", "-count=1", "./...", cwd=BINDING, env=settings)


def data(settings):
    call("go", "test", "-count=1", "-v", "-run=^TestRealFiles", "./...", cwd=BINDING, env=settings)


def write_proxy(proxy):
    """Our module as a proxy on the disk serves it: what git has of the folder, and the licence, which Go
    adds from the root."""
    folder = proxy / MODULE / "@v"
    folder.mkdir(parents=True)
    (folder / "list").write_text(VERSION + "\n", encoding="utf-8")
    (folder / f"{VERSION}.info").write_text(f'{{"Version": "{VERSION}"}}\n', encoding="utf-8")
    shutil.copy(BINDING / "go.mod", folder / f"{VERSION}.mod")
    with zipfile.ZipFile(folder / f"{VERSION}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in [*sorted(BINDING.rglob("*")), ROOT / "LICENSE"]:
            if path.is_file():
                name = path.relative_to(BINDING) if BINDING in path.parents else path.name
                archive.write(path, f"{MODULE}@{VERSION}/{name}")


def consume(settings):
    with tempfile.TemporaryDirectory(prefix="limen-go-") as folder:
        work = pathlib.Path(folder)
        write_proxy(work / "proxy")
        settings = dict(settings, GOPROXY=(work / "proxy").as_uri(), GOMODCACHE=str(work / "modules"),
                        GOFLAGS="-buildvcs=false -modcacherw")
        consumer = work / "consumer"
        shutil.copytree(HERE / "consumer", consumer)
        call("go", "mod", "init", "example.org/consumer", cwd=consumer, env=settings)
        call("go", "get", f"{MODULE}@{VERSION}", cwd=consumer, env=settings)
        call("go", "run", ".", cwd=consumer, env=settings)
        # The module's own tests, from where a user has them.
        call("go", "test", "-short", "-count=1", MODULE, cwd=consumer, env=settings)


def right_cells(section):
    """What stands for limen in a section's tables."""
    text = (ROOT / "docs" / "coming-from.md").read_text(encoding="utf-8")
    text = text.split(f"## From {section}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| `.+` \| `(.+)` \|$", text, re.MULTILINE)
    if len(cells) < 5:
        sys.exit(f"{section}: {len(cells)} lines found")
    return cells


def documents(settings):
    lines = []
    for section in ("imgproxy", "bimg"):
        lines += [f"recipe({cell!r:s}, limen.Recipe{{{cell}}})".replace("'", "`")
                  for cell in right_cells(section)]
    for cell in right_cells("imaging"):
        lines += ["r.Reset(file)", f"check(`{cell}`, second({cell}))"]
    with tempfile.TemporaryDirectory(prefix="limen-go-") as folder:
        work = pathlib.Path(folder)
        template = (HERE / "documents.go.in").read_text(encoding="utf-8")
        (work / "main.go").write_text(template.replace("//LINES", "\n\t".join(lines)),
                                      encoding="utf-8")
        call("go", "mod", "init", "example.org/documents", cwd=work, env=settings)
        call("go", "mod", "edit", f"-require={MODULE}@{VERSION}", f"-replace={MODULE}={BINDING}",
             cwd=work, env=settings)
        call("go", "run", ".", cwd=work, env=settings)


def example(settings, *names):
    """examples/go, given a photograph, a mark and a folder."""
    call("go", "run", ".", *names, cwd=ROOT / "examples" / "go", env=settings)


def main():
    works = {"test": test, "race": race, "data": data, "consume": consume,
             "documents": documents, "example": example}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=works)
    parser.add_argument("--stage", type=lambda path: pathlib.Path(path).resolve(), required=True)
    parser.add_argument("--libdir", required=True)
    parser.add_argument("names", nargs="*", help="for the example")
    arguments = parser.parse_args()
    if shutil.which("go") is None:
        print("there is no Go here")
        sys.exit(SKIPPED)
    works[arguments.work](environment(arguments), *arguments.names)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
