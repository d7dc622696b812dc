#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""limen beside its peers: whole jobs, outputs a second, resampling. `make bench` runs it.

Writes a page of Markdown and, beside it, a chart.
"""

import argparse
import dataclasses
import os
import pathlib

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # of this process's own reference

import chart
import machine
import report
from equal_score import run_equal_score
from measure import Effort, run_job, run_memory, run_throughput, say
from originals import make_mark, make_originals
from resize import MODES, SIZES, run_case, two_threads
from resize_peers import Limen, Resampler, find_peers
from results import Memory, Results
from runner import Failed, Runner
from work import (
    FIVE_JPEG,
    FIVE_OF_ONE_MP,
    JOBS,
    ONE_MP,
    TWO_MP,
    Contender,
    bindings,
    contenders,
    go_peers,
)

PARTS = ("jobs", "bindings", "equal", "throughput", "memory", "resize")
FULL, QUICK = Effort(7, 0.2), Effort(3, 0.05)
ORIGINALS = 10_000  # of the memory's part, a tenth of it in a quick run
WORKERS = 2
IN_FLIGHT = 2
WARM_UP = 3.0  # seconds: V8 compiles for some hundred calls
PROCESSES = 3  # of a binding: one and the same program differs by some per cent from process to process


def reading() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="build/release")
    parser.add_argument("--peers", type=pathlib.Path, required=True, help="build/peers")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the page to write")
    parser.add_argument("--photos", help="folder of JPEGs; the Debian package's without")
    parser.add_argument("--part", action="append", choices=PARTS,
                        help="all without any")
    parser.add_argument("--rounds", type=int, help=f"{FULL.rounds} without")
    parser.add_argument("--quick", action="store_true", help="to see whether it works")
    return parser.parse_args()


def effort_of(arguments: argparse.Namespace) -> Effort:
    effort = QUICK if arguments.quick else FULL
    return dataclasses.replace(effort, rounds=arguments.rounds) if arguments.rounds else effort


def find_missing(everybody: list[Contender], results: Results) -> list[Contender]:
    """Those that start; the others' names go into the results."""
    there = []
    for contender in everybody:
        try:
            runner = Runner(contender.command)
        except Failed as reason:
            results.missing.append(f"{contender.key} ({reason})")
            continue
        about = runner.about
        results.machine.versions[about["name"]] = ", ".join(
            filter(None, (about["version"], about["details"])))
        runner.close()
        there.append(contender)
    return there


def run_resampling(arguments: argparse.Namespace, effort: Effort, results: Results) -> None:
    library = str(arguments.build / "lib/liblimen_peer_resize.so")
    peers, missing = find_peers(str(arguments.peers / "cargo/release/liblimen_peer_crates.so"),
                                str(arguments.build / "lib/liblimen_peer_zimg.so"))
    results.missing += missing
    everybody: list[Resampler] = [Limen("limen", library), *peers]
    for mode in MODES.values():
        for source, to in SIZES:
            say(f"{mode.title}, {source} to {to}")
            results.resampling.append(run_case(mode, source, to, everybody, effort.rounds,
                                               effort.seconds / 10))
    for source, to in SIZES:
        results.two_threads[f"{source[0]}x{source[1]} to {to[0]}x{to[1]}"] = two_threads(
            library, source, to, effort.rounds)


def main() -> None:
    arguments = reading()
    parts = arguments.part or PARTS
    effort = effort_of(arguments)
    os.environ["PEER_MODULES"] = f"{(arguments.peers / 'node').resolve()}/"
    for library in (arguments.peers / "venv").resolve().glob("lib/*/*/pyvips_binary.libs/libvips-*"):
        os.environ["PEER_VIPS"] = str(library)
    work = arguments.peers / "work"
    originals = make_originals(arguments.photos, work / "originals")
    mark = make_mark(work)
    results = Results(machine.describe(), effort.rounds)
    limen = str((arguments.build / "bin/limen_peer_runner").resolve())
    everybody = find_missing(contenders(limen), results)
    by_key = {one.key: one for one in everybody}
    ours = [by_key[key] for key in ("limen-exact", "limen-fine")]
    if "jobs" in parts:
        results.jobs = [run_job(job, originals[job.originals], mark, everybody, effort,
                                work / "files") for job in JOBS if originals[job.originals]]
    if "bindings" in parts and (theirs := find_missing(
            bindings(limen, arguments.peers.resolve()), results)):
        others = ("limen-fine", "limen-small", "limen-brief")
        plain = [one for one in everybody if one.key not in others]
        plain += find_missing(go_peers(arguments.peers.resolve()), results)
        for job in (TWO_MP, FIVE_JPEG):
            of_job = (job, originals[job.originals], mark)
            results.bindings.append(run_job(*of_job, [*plain, *theirs], effort, work / "files",
                                            warm_up=WARM_UP, processes=PROCESSES))
            results.bindings_in_flight.append(run_job(*of_job, [plain[0], *theirs], effort,
                                                      work / "files", IN_FLIGHT, WARM_UP, PROCESSES))
    if "equal" in parts and "sharp" in by_key:
        results.equal = run_equal_score(
            str((arguments.build / "bin/limen").resolve()), originals[FIVE_JPEG.originals], mark,
            by_key["sharp"], ours, effort, work / "equal")
    if "throughput" in parts:
        rivals = [by_key[key] for key in ("limen-exact", "limen-fine", "sharp", "sharp-cascade")
                  if key in by_key]
        results.throughput = [run_throughput(job, originals[job.originals], mark, rivals, effort,
                                             WORKERS) for job in (FIVE_OF_ONE_MP, FIVE_JPEG)]
    if "memory" in parts:
        count = ORIGINALS // 10 if arguments.quick else ORIGINALS
        samples = run_memory(ONE_MP, originals["1 MP"] + originals["2 MP"], mark,
                             by_key["limen-exact"], count)
        results.memory = Memory(count, samples)
    if "resize" in parts:
        run_resampling(arguments, effort, results)
    results.machine.busy_after = machine.busy_cores()
    drawing = arguments.out.with_suffix(".svg")
    if results.jobs:
        drawing.write_text(chart.draw(results.jobs))
    report.write(results, arguments.out, drawing.name if results.jobs else None)
    say(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
