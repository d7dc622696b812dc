# SPDX-License-Identifier: Apache-2.0
"""Threads, forks, memory over many pictures, and the tool."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from pictures import file_of, noise, smooth

import limen
from limen import Recipe


# In a child, which would take minutes if nothing stopped it.
_INTERRUPTED = """
import os, signal, sys, threading
import limen
from limen import Recipe

handler = sys.argv[1]
pixels = memoryview(os.urandom(300 * 400 * 3)).cast("B", (300, 400, 3))
source = limen.Image.from_array(pixels).encode("png")
seen = []
# Not whatever it was started with: shells have what runs in the background ignore SIGINT.
usual = signal.default_int_handler
signal.signal(signal.SIGINT, usual if handler == "usual" else lambda number, frame: seen.append(number))
before = signal.getsignal(signal.SIGINT)
workspace = limen.Workspace()


def interrupt():
    while workspace.bytes_in_use == 0:  # until the work has begun
        pass
    os.kill(os.getpid(), signal.SIGINT)


count = 20 if handler == "noted" else 20000
recipes = [Recipe(width=200 + i % 190, format="webp", quality=80, effort=6) for i in range(count)]
expected = limen.variants(source, recipes, workspace=workspace) if handler == "noted" else None
workspace.release_unused()
thread = threading.Thread(target=interrupt)
thread.start()
try:
    made = limen.variants(source, recipes, workspace=workspace)
    ended = "returned"
except KeyboardInterrupt:
    ended = "interrupted"
thread.join()
assert signal.getsignal(signal.SIGINT) is before
assert limen.transform(source, recipes[0])
if handler == "noted":
    assert ended == "returned" and seen == [signal.SIGINT]
    assert [each.data for each in made] == [each.data for each in expected]
else:
    assert ended == "interrupted"
"""


@pytest.mark.parametrize("handler", ["usual", "noted"])
def test_an_interrupt_ends_a_call_of_the_main_thread(handler: str) -> None:
    subprocess.run([sys.executable, "-c", _INTERRUPTED, handler], check=True, timeout=60)


def test_eight_threads_at_once() -> None:
    sources = [file_of(format, 120, 90) for format in ("jpeg", "png", "webp", "avif")]
    recipe = Recipe(width=60, format="webp", quality=70)
    expected = [limen.transform(source, recipe) for source in sources]
    start = threading.Barrier(8)
    shared = limen.Workspace()
    image = limen.decode(sources[0])
    small = image.resize(30)
    original = limen.Original(image)

    def work(index: int) -> None:
        start.wait()
        for turn in range(10):
            which = (index + turn) % 4
            assert limen.transform(sources[which], recipe, workspace=shared) == expected[which]
            assert image.resize(30) == small
            assert original.compare(image).score == 100

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_closing_while_others_read() -> None:
    """close() takes nothing away from calls that run."""
    image = limen.Image.from_array(noise(800, 600))
    expected = image.resize(100).tobytes()
    start = threading.Barrier(2)
    results: list[bytes] = []

    def read() -> None:
        start.wait()
        try:
            while True:
                results.append(image.resize(100).tobytes())
        except ValueError:  # closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    start.wait()
    while not results:
        pass
    image.close()
    reader.join()
    assert set(results) == {expected}


def test_cancelling_from_another_thread_stops_the_work() -> None:
    """The token is set once the search holds memory, so while it works; were it not asked again, the
    call would return a file."""
    token, workspace = limen.CancelToken(), limen.Workspace()

    def cancel() -> None:
        while workspace.bytes_in_use == 0:
            pass
        token.cancel()

    other = threading.Thread(target=cancel)
    other.start()
    with pytest.raises(limen.CancelledError):
        limen.find_smallest(noise(1200, 900), cancel=token, workspace=workspace)
    other.join()
    assert workspace.bytes_in_use == 0


def child(connection: object, source: bytes) -> None:
    connection.send(limen.transform(source, Recipe(width=40), threads=2))  # type: ignore[attr-defined]


def test_a_child_after_fork(jpeg: bytes) -> None:
    """limen has no thread or lock that a fork could leave behind, also after work by threads."""
    expected = limen.transform(jpeg, Recipe(width=40), threads=2)
    list(limen.transform_many([jpeg] * 4, "w=20&q=50", threads=2))
    context = multiprocessing.get_context("fork")
    for _ in range(3):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(theirs, jpeg))
        process.start()
        theirs.close()
        assert ours.recv() == expected
        process.join()
        assert process.exitcode == 0


def test_recipes_images_and_errors_cross_processes(jpeg: bytes) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        recipe = Recipe(width=40, marks=())
        assert pool.submit(limen.transform, jpeg, recipe).result() == limen.transform(jpeg, recipe)
        assert pool.submit(limen.decode, jpeg).result() == limen.decode(jpeg)
        with pytest.raises(limen.UnsupportedError):
            pool.submit(limen.probe, b"GIF89a" + bytes(20)).result()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def handles() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_thousand_pictures_in_flat_memory(tmp_path: Path) -> None:
    """Every kind of call, from files, to arrays, with errors. One leaked picture a round would add
    200 MB, one leaked file 900 handles."""
    path = tmp_path / "a.jpg"
    path.write_bytes(limen.Image.from_array(smooth(320, 240)).encode("jpeg", quality=80))
    recipe = Recipe(width=100, quality=70)
    broken = path.read_bytes()[:500]

    def one() -> None:
        image = limen.decode(path)
        image.resize(50).numpy().sum()
        image.__dlpack__(max_version=(1, 0))
        limen.Image.from_array(image.numpy()[::-1])
        memoryview(image.crop((5, 5, 50, 50)))
        limen.transform(path, recipe)
        try:
            limen.decode(broken)
        except limen.Error:
            pass

    for _ in range(100):
        one()
    memory, files = resident(), handles()
    for _ in range(900):
        one()
    assert resident() - memory < 20_000_000
    assert handles() == files


def test_a_batch_of_a_thousand_in_flat_memory(jpeg: bytes) -> None:
    results = limen.transform_many((jpeg for _ in range(1000)), "w=40&q=70", threads=2)
    memory = None
    for count, _ in enumerate(results):
        if count == 100:
            memory = resident()
    assert memory is not None and resident() - memory < 20_000_000


def tool(*arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "limen", *arguments], input=text, capture_output=True
    )


def test_the_tool(jpeg: bytes, tmp_path: Path) -> None:
    version = tool("--version")
    assert version.returncode == 0 and limen.__version__.encode() in version.stdout
    assert tool("nonsense").returncode == 2
    assert tool("info", str(tmp_path / "nothing")).returncode == 1
    made = tool("transform", "-", "-o", "-", "--width", "40", text=jpeg)
    assert made.stdout == limen.transform(jpeg, Recipe(width=40)), made.stderr
    script = Path(sys.executable).parent / "limen"
    if script.exists():
        assert subprocess.run([script, "--version"], capture_output=True).stdout == version.stdout


def test_the_library_is_the_one_in_the_package() -> None:
    """What is loaded lies in the package or beside it, in the wheel's own folder; libc and the
    compiler's runtime are the system's, as manylinux has it."""
    if not os.environ.get("LIMEN_TEST_WHEEL"):
        pytest.skip("not installed from a repaired wheel")
    names = ("limen", "jpeg", "png", "webp", "sharpyuv", "avif", "lcms2", "hwy", "dav1d", "aom")
    package = Path(limen.__file__).resolve().parent
    inside = (str(package), str(package.parent / "limen_image.libs"))
    loaded = {
        line.split()[-1]
        for line in Path("/proc/self/maps").read_text().splitlines()
        if ".so" in line and any(f"/lib{name}" in line for name in names)
    }
    # Others in this process bring their own, e.g. Pillow.
    loaded = {path for path in loaded if "/pillow.libs/" not in path}
    assert len(loaded) >= 6
    assert all(path.startswith(inside) for path in loaded), loaded
