#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the Python package costs, and what it leaves to others while it works.

    measure.py --runner build/release/bin/limen_peer_runner photo.jpg…

Run by a Python that has limen, e.g. build/python/venv/bin/python; the runner is benchmarks/peers'. Prints:

- processor time of the same job through Python and through C++, in turns, one process each; as it is
  the time of each process, other load matters little;
- how much faster two threads are than one, by the wall clock, beside two threads of C++ in the same
  minute: only an idle machine tells;
- how late a thread is at the most that wakes every 5 ms while two others work, and while nobody does.
"""

import argparse
import pathlib
import statistics
import sys
import threading
import time

import limen

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

from runner import Runner  # noqa: E402

SETTINGS = {"effort": 1, "progressive": False, "method": 4, "shrink": "exact"}


def job(photos: list[str], widths: tuple[int, ...]) -> dict[str, object]:
    variants = [{"width": w, "height": 0, "format": "jpeg", "quality": 80} for w in widths]
    return {"sources": photos, "variants": variants, "mark": None, "settings": SETTINGS}


def overhead(runner: str, photos: list[str], widths: tuple[int, ...], rounds: int) -> None:
    python = (sys.executable, str(HERE.parent / "peers" / "runners" / "limen_python.py"))
    contenders = [Runner((runner,)), Runner(python)]
    for each in contenders:
        each.ask({"do": "prepare", "job": job(photos, widths)})
        each.run(2)
    taken: list[list[float]] = [[], []]
    for turn in range(rounds):
        for which in ((0, 1), (1, 0))[turn % 2]:
            taken[which].append(contenders[which].run(3).cpu / 3 / len(photos) * 1000)
    for each in contenders:
        each.close()
    ratio = statistics.median(b / a for a, b in zip(*taken))
    cpp, python_ = (min(times) for times in taken)
    print(f"{len(widths)} of {widths} px: C++ {cpp:.2f} ms, Python {python_:.2f} ms of processor time "
          f"at the least, ratio {python_ / cpp:.4f}; median ratio of the rounds {ratio:.4f}")


def work(data: bytes, times: int) -> None:
    workspace = limen.Workspace()
    recipe = limen.Recipe(width=400, quality=80, format="jpeg")
    for _ in range(times):
        limen.transform(data, recipe, workspace=workspace)


def wall(data: bytes, threads: int, times: int) -> float:
    workers = [threading.Thread(target=work, args=(data, times // threads)) for _ in range(threads)]
    begin = time.perf_counter()
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return time.perf_counter() - begin


def scaling(runner: str, photo: str, rounds: int) -> None:
    data = pathlib.Path(photo).read_bytes()
    cpp = Runner((runner,))
    cpp.ask({"do": "prepare", "job": job([photo], (400,))})
    cpp.run(5, 2)
    ratios: dict[str, list[float]] = {"Python": [], "C++": []}
    for _ in range(rounds):
        ratios["Python"].append(wall(data, 1, 40) / wall(data, 2, 40))
        ratios["C++"].append(cpp.run(40, 1).wall / cpp.run(40, 2).wall)
    cpp.close()
    for name, values in ratios.items():
        print(f"two threads, {name}: {statistics.median(values):.2f} times one, {max(values):.2f} "
              "at best")


def latest(done: threading.Event) -> list[float]:
    late = []
    while not done.is_set():
        begin = time.perf_counter()
        time.sleep(0.005)
        late.append((time.perf_counter() - begin - 0.005) * 1000)
    return late


def waking(data: bytes) -> None:
    for name, workers in (("nobody works", 0), ("two threads work", 2)):
        done = threading.Event()
        late: list[float] = []
        waker = threading.Thread(target=lambda: late.extend(latest(done)))
        waker.start()
        threads = [threading.Thread(target=work, args=(data, 60)) for _ in range(workers)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if not workers:
            time.sleep(2)
        done.set()
        waker.join()
        late.sort()
        print(f"{name}: of {len(late)} waits, late by {late[len(late) // 2]:.2f} ms at the median, "
              f"{late[int(len(late) * 0.99)]:.2f} at the 99th percentile, {late[-1]:.2f} at the most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("photos", nargs="+")
    arguments = parser.parse_args()
    data = pathlib.Path(arguments.photos[0]).read_bytes()
    overhead(arguments.runner, arguments.photos, (400,), arguments.rounds)
    overhead(arguments.runner, arguments.photos, (160, 320, 480, 640, 960), arguments.rounds)
    scaling(arguments.runner, arguments.photos[0], arguments.rounds)
    waking(data)


if __name__ == "__main__":
    main()
