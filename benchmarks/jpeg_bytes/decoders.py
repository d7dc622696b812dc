# SPDX-License-Identifier: Apache-2.0
"""Whether every decoder shows a file without a warning."""

import dataclasses
import pathlib
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence

import browser
from PIL import Image
from runner import Failed, Runner

HERE = pathlib.Path(__file__).parent


@dataclasses.dataclass
class Decoded:
    """What one decoder did with all files."""

    name: str
    files: int
    complaints: list[str]


class Missing(Exception):
    """A decoder that is not installed."""


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def by_libjpeg(files: Sequence[pathlib.Path], _: pathlib.Path) -> list[str]:
    if shutil.which("djpeg") is None:
        raise Missing("djpeg, of libjpeg-turbo-progs")
    complaints = []
    for path in files:
        done = run(["djpeg", "-outfile", "/dev/null", str(path)])
        if done.returncode != 0 or done.stderr.strip():
            complaints.append(f"{path.name}: {done.stderr.strip()}")
    return complaints


def by_pillow(files: Sequence[pathlib.Path], _: pathlib.Path) -> list[str]:
    complaints = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in files:
            try:
                with Image.open(path) as image:
                    image.load()
            except Exception as error:  # whatever it says is a complaint
                complaints.append(f"{path.name}: {error}")
    return complaints


def by_sharp(files: Sequence[pathlib.Path], _: pathlib.Path) -> list[str]:
    try:
        runner = Runner(("node", str(HERE / "mozjpeg.mjs")))
    except Failed as reason:
        raise Missing(f"sharp ({reason})") from reason
    try:
        complaints = []
        for path in files:
            try:
                runner.ask({"do": "decode", "path": str(path)})
            except Failed as error:
                complaints.append(f"{path.name}: {error}")
        return complaints
    finally:
        runner.close()


def by_go(files: Sequence[pathlib.Path], work: pathlib.Path) -> list[str]:
    if shutil.which("go") is None:
        raise Missing("go")
    program = (work / "go_decode").resolve()
    built = subprocess.run(["go", "build", "-o", str(program), "."], cwd=HERE / "go_decode",
                           capture_output=True, text=True, check=False)
    if built.returncode != 0:
        raise Missing(f"go ({built.stderr.strip().splitlines()[-1]})")
    return run([str(program), *map(str, files)]).stdout.splitlines()


def by_chromium(files: Sequence[pathlib.Path], _: pathlib.Path) -> list[str]:
    program = browser.find_program()
    if program is None:
        raise Missing("Chromium")
    return browser.complaints(program, files[0].parent, files) if files else []


DECODERS: dict[str, Callable[[Sequence[pathlib.Path], pathlib.Path], list[str]]] = {
    "libjpeg-turbo (djpeg)": by_libjpeg,
    "Pillow": by_pillow,
    "sharp": by_sharp,
    "Go's image/jpeg": by_go,
    "Chromium, headless": by_chromium,
}


def decode_all(files: Sequence[pathlib.Path], work: pathlib.Path,
               missing: list[str]) -> list[Decoded]:
    results = []
    for name, decode in DECODERS.items():
        try:
            results.append(Decoded(name, len(files), decode(files, work)))
        except Missing as reason:
            missing.append(f"{name} as a decoder: {reason}")
    return results
