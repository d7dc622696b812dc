#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs limen into a stage, and builds and runs one consumer of it in a new, empty directory
outside the checkout: `run.py install …`, `run.py find_package …`."""
import argparse
import difflib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import c_abi

HERE = pathlib.Path(__file__).resolve().parent


def call(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run([str(part) for part in command], check=True, **options)


def output(*command):
    return call(*command, stdout=subprocess.PIPE, text=True).stdout


def install(arguments, _):
    # From nothing, so that a header that is gone from the tree is gone from the stage.
    shutil.rmtree(arguments.stage, ignore_errors=True)
    call(arguments.cmake, "--install", arguments.build, "--prefix", arguments.stage,
         stdout=subprocess.DEVNULL)
    tool = arguments.stage / "bin" / "limen"
    if tool.exists():
        call(tool, "--version")


def build_with_cmake(arguments, work):
    """Configures and builds the consumer that lies in `work`; returns the build folder."""
    build = work / "build"
    call(arguments.cmake, "-S", work, "-B", build, f"-DCMAKE_PREFIX_PATH={arguments.stage}",
         f"-DCMAKE_CXX_COMPILER={arguments.cxx}", "-DCMAKE_BUILD_TYPE=Release")
    call(arguments.cmake, "--build", build)
    return build


def by_cmake(arguments, work):
    call(build_with_cmake(arguments, work) / "consumer")


def pkg_config(arguments, work):
    library = arguments.stage / arguments.libdir
    os.environ["PKG_CONFIG_PATH"] = str(library / "pkgconfig")
    flags = output("pkg-config", "--cflags", "--libs", "limen").split()
    call(arguments.cxx, "-std=c++20", work / "main.cc", "-o", work / "consumer", *flags,
         f"-Wl,-rpath,{library}")
    call(work / "consumer")


def readme(arguments, work):
    """The lines of C++ that the README shows are a program that builds and runs."""
    text = (HERE.parent.parent / "README.md").read_text(encoding="utf-8")
    code = text.split("```cpp\n", 1)[1].split("```", 1)[0]
    (work / "card.h").write_text("#pragma once\n" + code, encoding="utf-8")
    by_cmake(arguments, work)


def limen_symbols(arguments, object_file):
    """Names of limen's that an object defines and a linker could merge with another object's."""
    names = set()
    for line in output(arguments.nm, "--defined-only", "--extern-only", object_file).splitlines():
        name = line.split()[-1]
        if "5limen" in name:
            names.add(name)
    return names


def odr(arguments, work):
    """The program asserts that each unit ran its own code; here, that no two units define a symbol
    of limen's in common, which is why."""
    build = build_with_cmake(arguments, work)
    call(build / "consumer")
    units = {}
    for object_file in sorted(build.rglob("*.o")):
        units[object_file] = limen_symbols(arguments, object_file)
        print(f"{object_file.name}: {len(units[object_file])} symbols of limen's")
    # The linked unit may have inlined all of its own.
    if len([names for names in units.values() if names]) < 2:
        sys.exit("expected symbols in both header-only units")
    for one in units:
        for other in units:
            if one < other and units[one] & units[other]:
                sys.exit(f"{one.name} and {other.name} share "
                         + "\n".join(sorted(units[one] & units[other])))


def exports(arguments, _):
    """liblimen.so shows its versioned namespace, the functions of limen.h and nothing else."""
    library = arguments.stage / arguments.libdir / "liblimen.so"
    exported = 0
    c_symbols = set()
    for line in output(arguments.nm, "-D", "-C", "--defined-only", library).splitlines():
        name = line.split(maxsplit=2)[2]
        if name in ("LIMEN_0", "LIMEN_C_1"):
            continue
        is_cpp = name.startswith("limen::v0::") and name.endswith("@@LIMEN_0")
        is_c = name.startswith("limen_") and name.endswith("@@LIMEN_C_1")
        if not is_cpp and not is_c:
            sys.exit(f"exported, though not limen's API: {name}")
        exported += 1
        if is_c:
            c_symbols.add(name.removesuffix("@@LIMEN_C_1"))
    print(f"{exported} symbols")
    if exported == 0:
        sys.exit("nothing exported")
    check_c_abi(arguments, c_symbols)


def check_c_abi(arguments, exported):
    """The C functions are those of the installed limen.h, and that is what was written down."""
    header = arguments.stage / "include" / "limen" / "limen.h"
    described, functions = c_abi.describe(header, arguments.cc)
    if exported != functions:
        sys.exit("exported or declared alone: " + ", ".join(sorted(exported ^ functions)))
    if struct.calcsize("P") != 8:
        print("not LP64: the layout is not that of c_abi.txt")
        return
    written = (HERE / "c_abi.txt").read_text(encoding="utf-8")
    changes = [line for line in difflib.unified_diff(written.splitlines(), described.splitlines(),
                                                     "c_abi.txt", "limen.h", lineterm="", n=0)]
    if changes:
        sys.exit("\n".join(changes) + "\nThe C ABI has changed. Lines with - break programs that are"
                 " built already (LIMEN_C_ABI_VERSION has to count up), unless a struct with a size"
                 " has only grown at its end. If that is meant: tests/consume/c_abi.py"
                 " include/limen/limen.h > tests/consume/c_abi.txt")
    print(f"{len(exported)} C functions")


CONSUMERS = {"find_package": by_cmake, "header_only": by_cmake, "no_exceptions": by_cmake,
             "pkg_config": pkg_config, "odr": odr, "readme": readme}
OTHERS = {"install": install, "exports": exports}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=[*CONSUMERS, *OTHERS])
    parser.add_argument("--stage", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path)
    for name in ("--libdir", "--cmake", "--cc", "--cxx", "--nm"):
        parser.add_argument(name)
    arguments = parser.parse_args()
    if arguments.work in OTHERS:
        OTHERS[arguments.work](arguments, None)
        return
    with tempfile.TemporaryDirectory(prefix="limen-consumer-") as folder:
        work = pathlib.Path(folder)
        shutil.copytree(HERE / arguments.work, work, dirs_exist_ok=True)
        CONSUMERS[arguments.work](arguments, work)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
