#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a call through a binding costs beyond C++: processor time, wall time, page faults, switches of
threads.

    overhead.py --build build/release --peers build/peers [--in-flight 2] [--only node]… FILE.jpg…

With a picture of a few pixels it is the binding's own cost that is left; with real ones what that is
beside the work. Needs what `make bench` installs.
"""

import argparse
import itertools
import os
import pathlib
import statistics
from typing import Any

from measure import Effort, take_turns, warm
from runner import Failed, Runner, Taken
from work import FIVE, Contender, bindings, contenders


def job(files: list[str], widths: tuple[int, ...], settings: dict[str, Any]) -> dict[str, object]:
    return {"sources": [os.path.abspath(each) for each in files], "mark": None, "settings": settings,
            "variants": [{"width": width, "height": 0, "format": "jpeg", "quality": 80}
                         for width in widths]}


class Watched:
    """A contender's processes, and what the kernel has counted of them while they worked. They work by
    turns: one and the same program differs by some per cent from process to process."""

    def __init__(self, contender: Contender, request: dict[str, object], processes: int) -> None:
        self.runners = [Runner(contender.command) for _ in range(processes)]
        self.name = " ".join(filter(None, [self.runners[0].about["name"], contender.label]))
        self.faults = self.switches = self.passes = 0
        for runner in self.runners:
            runner.ask({"do": "prepare", "job": request})
            warm(runner.run, 3)  # V8 compiles for some hundred calls
        self.order = itertools.cycle(self.runners)

    @staticmethod
    def counts(runner: Runner) -> tuple[int, int]:
        process = pathlib.Path(f"/proc/{runner.process.pid}")
        faults = int((process / "stat").read_text().rsplit(")", 1)[1].split()[7])
        switches = sum(int(line.split()[1]) for status in process.glob("task/*/status")
                       for line in status.read_text().splitlines() if "ctxt_switches" in line)
        return faults, switches

    def run(self, passes: int, in_flight: int) -> Taken:
        runner = next(self.order)
        faults, switches = self.counts(runner)
        taken = runner.run(passes, in_flight=in_flight)
        after = self.counts(runner)
        self.faults += after[0] - faults
        self.switches += after[1] - switches
        self.passes += passes
        return taken

    def close(self) -> None:
        for runner in self.runners:
            runner.close()


def compare(everybody: list[Contender], files: list[str], widths: tuple[int, ...], effort: Effort,
            in_flight: int, processes: int) -> None:
    watched = []
    for contender in everybody:
        try:
            watched.append(Watched(contender, job(files, widths, contender.settings), processes))
        except Failed as reason:
            print(f"{contender.key}: {reason}")
    taken = take_turns([lambda passes, one=one: one.run(passes, in_flight) for one in watched], effort)
    base = taken[0]
    for one, rounds in zip(watched, taken, strict=True):
        calls = one.passes * len(files)
        least = min(each.cpu for each in rounds) / len(files) * 1000
        more = statistics.median(a.cpu - b.cpu for a, b in zip(rounds, base, strict=True))
        cpu, wall = (statistics.median(getattr(a, field) / getattr(b, field)
                                       for a, b in zip(rounds, base, strict=True))
                     for field in ("cpu", "wall"))
        print(f"{len(widths)} of {one.name}: {least:.3f} ms of processor time at the least, "
              f"{more / len(files) * 1e6:+.0f} us a call beside C++, {cpu:.3f} times; wall time "
              f"{wall:.3f} times; a call has {one.faults / calls:.1f} page faults and "
              f"{one.switches / calls:.1f} switches of threads")
        one.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--peers", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--in-flight", type=int, default=1)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--only", action="append", help="key of a contender beside C++ (work.py)")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    os.environ["PEER_MODULES"] = f"{(arguments.peers / 'node').resolve()}/"
    limen = str((arguments.build / "bin/limen_peer_runner").resolve())
    theirs = bindings(limen, arguments.peers.resolve())
    if arguments.only:
        theirs = [one for one in theirs if one.key in arguments.only]
    everybody = [contenders(limen)[0], *theirs]
    for widths in ((400,), FIVE):
        compare(everybody, arguments.files, widths, Effort(arguments.rounds, 0.2),
                arguments.in_flight, arguments.processes)


if __name__ == "__main__":
    main()
