# SPDX-License-Identifier: Apache-2.0
"""RESULTS.md from what was measured."""

import pathlib

from aims import aims
from equal_score import BYTES as SCORE_BYTES
from equal_score import EqualScore
from measure import JobResult, Outcome, Throughput
from resize import table
from results import Memory, Results
from verdict import EXACT_ENOUGH, Verdict, judge


def cell(verdict: Verdict) -> str:
    return f"void: {verdict.void}" if verdict.void else f"{verdict.ratio:.2f}"


def row(outcome: Outcome, ours: list[Outcome]) -> str:
    ratios = ["" if outcome.contender.is_limen else cell(judge(one, outcome)) for one in ours]
    return (f"| {outcome.name} | {outcome.cpu_ms:.2f} | {outcome.wall_ms:.2f} | "
            f"{outcome.peak_mb:.0f} | {outcome.grown_mb:.0f} | {outcome.bytes:,} | "
            f"{outcome.psnr:.1f} | {' | '.join(ratios)} |")


def job_text(result: JobResult) -> str:
    ours = [one for one in result.outcomes if one.contender.is_limen]
    heads = [f"/ {one.name}" for one in ours]
    lines = [f"### {result.job.title}\n",
             "| | CPU ms | wall ms | peak MB | of that grown | bytes | luma PSNR, dB | "
             f"{' | '.join(heads)} |", "|---|" + "---|" * (6 + len(ours))]
    lines += [row(outcome, ours) for outcome in result.outcomes]
    lines += [f"\nNot in the table: {reason}." for reason in result.absent]
    return "\n".join(lines) + "\n"


def to_floor(one: Outcome, result: JobResult) -> str:
    """Nothing where it has none."""
    return next((f"{one.times(other):.3f}" for other in result.outcomes
                 if other.contender.key == one.contender.floor), "")


def bindings_text(results: list[JobResult]) -> str:
    lines = ["## Through the bindings\n",
             "The same bytes by limen from other languages: what the binding costs beside C++, one "
             "call after the other, and each peer's processor time in units of the binding's. "
             "Recipes are prepared once. limen "
             "works in three processes by turns, for one and the same program differs by some per cent "
             "from process to process. Wall time has in it how long this machine takes to wake "
             "another thread, which Node needs twice a call. A floor is the least that such calls "
             "take here: for Node's, which leave the caller's thread free, that is C++ that hands "
             "each to another thread and waits; for Go's it is a Go program that calls limen's C "
             "functions without limen's package and leaves the files in C's memory.\n"]
    for result in results:
        base = result.outcomes[0]
        ours = [one for one in result.outcomes if one.contender.is_binding]
        lines += [f"### {result.job.title}\n",
                  f"| | CPU ms | / {base.name} | / its floor | wall / {base.name} | "
                  f"{' | '.join('/ ' + one.name for one in ours)} |",
                  "|---|---|---|---|---|" + "---|" * len(ours)]
        lines += [f"| {one.name} | {one.cpu_ms:.2f} | {one.times(base):.3f} | "
                  f"{to_floor(one, result)} | {one.wall_times(base):.3f} | "
                  + " | ".join(f"{one.times(ours_one):.2f}" for ours_one in ours) + " |"
                  for one in result.outcomes]
        lines += [f"\nNot in the table: {reason}." for reason in result.absent] + [""]
    return "\n".join(lines)


def in_flight_text(results: list[JobResult]) -> str:
    lines = ["### Two calls in flight\n",
             "As a service has them: one works, the next one waits for it. C++ does one after the "
             "other.\n",
             "| | CPU ms | / C++ | / its floor | wall ms | / C++ |", "|---|---|---|---|---|---|"]
    for result in results:
        base = result.outcomes[0]
        lines += [f"| {result.job.title}, {one.name} | {one.cpu_ms:.2f} | {one.times(base):.3f} | "
                  f"{to_floor(one, result)} | {one.wall_ms:.2f} | {one.wall_times(base):.3f} |" for one in result.outcomes]
        lines += [f"\nNot in the table: {reason}." for reason in result.absent]
    return "\n".join(lines) + "\n"


def equal_text(equal: EqualScore) -> str:
    lines = ["### The same five WebPs at equal score\n",
             "limen at the fastest method and the lowest quality of each file that reach sharp's "
             "SSIMULACRA 2 score of that file, with at most "
             f"{SCORE_BYTES - 1:.0%} more bytes; scored beside the float64 reference.\n",
             "| | method | CPU ms | bytes | mean score | sharp / this |",
             "|---|---|---|---|---|---|"]
    for entry in equal.entries:
        outcome = entry.outcome
        ratio = "" if outcome is equal.peer else (
            f"void: {entry.void}" if entry.void else f"{equal.peer.times(outcome):.2f}")
        lines.append(f"| {outcome.name} | {entry.method} | {outcome.cpu_ms:.2f} | "
                     f"{outcome.bytes:,} | {entry.mean_score:.2f} | {ratio} |")
    return "\n".join(lines) + "\n"


def memory_text(memory: Memory) -> str:
    settled = memory.settled_kb
    return ("## Memory over time\n\n"
            f"{memory.originals} originals of 1 and 2 MP in turn through one process of limen, its "
            f"memory (RSS) read {len(memory.samples_kb)} times: {settled[0] / 1000:.1f} MB after "
            f"the first tenth, {settled[-1] / 1000:.1f} MB at the end, "
            f"{min(settled) / 1000:.1f} to {max(settled) / 1000:.1f} MB between, "
            f"{memory.spread:.1%} of the median at the most.\n")


def throughput_text(results: list[Throughput]) -> str:
    names = list(results[0].outputs)
    workers = results[0].workers
    lines = ["## Outputs a second\n",
             f"{workers} workers: threads of one process where the library has them, as many "
             "processes of one thread otherwise; and, in brackets, outputs for a second of "
             "processor time, which other work on the machine does not lower.\n",
             "| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    lines += [f"| {one.job.title} | "
              + " | ".join(f"{rate.a_second:.0f} ({rate.a_cpu_second:.0f})"
                           for rate in one.outputs.values()) + " |" for one in results]
    return "\n".join(lines) + "\n"


def aims_text(results: Results) -> str:
    found = aims(results)
    if not found:
        return ""
    lines = ["## What limen is meant to reach\n", "| | aim | here | |", "|---|---|---|---|"]
    for aim in found:
        here = f"void: {aim.got.void}" if aim.got.void else f"{aim.got.ratio:.2f}"
        lines.append(f"| {aim.title} | {aim.sign} {aim.wanted:g} | {here} | "
                     f"{'reached' if aim.reached else 'not reached'} |")
    return "\n".join(lines) + "\n"


def two_threads_text(times: dict[str, tuple[float, float]]) -> str:
    lines = ["### RGB by two threads, wall time\n", "| | one, ms | two, ms | one / two |",
             "|---|---|---|---|"]
    lines += [f"| {title} | {one:.2f} | {two:.2f} | {one / two:.2f} |"
              for title, (one, two) in times.items()]
    return "\n".join(lines) + "\n"


INTRODUCTION = f"""# Results

Written by `make bench`; docs/performance.md says how to read and repeat it. Times are of this
machine in that hour: only ratios within one run mean something.

Processor time (all threads of a process) and wall time are medians of {{rounds}} rounds, in which
the contenders take turns; a ratio is the median of the rounds' own ratios. Everything runs on one
thread, from bytes in memory to bytes in memory. Peak memory is that of the whole process with its
language's runtime, and what of it has grown since it started. Bytes are all files of the job
together. Luma PSNR is that of the pixels as the encoder gets them, rounded to its 8 bits, the least
of all files, against the original decoded in full and resampled by Lanczos3 in float64; OpenCV's
INTER_AREA is another filter by intent.

A ratio above 1 is limen's lead. It counts only where limen is no less accurate than that peer, or
above {EXACT_ENOUGH:g} dB, where little but the rounding to 8 bits is left, and where its files are
at most 1.5 % larger; otherwise it is void.
"""

BUSY = """Other work ran on the machine all the while. Ratios of processor time within a round bear
that; wall times, outputs a second and what a second thread gains say nothing here.
"""

WHOLE_JOBS = """## Whole jobs

JPEGs of quality 80, else each library's defaults. limen writes sequential files with Huffman tables
of their own, as sharp does, and progressive ones: its own default, and a brief progression
(effort 2). `exact` reads every pixel of the original, `fine` lets the decoder reduce it to no less
than twice the target.
"""

RESAMPLING = """## Resampling alone

Lanczos3 of 8 bits in one thread, processor time; errors in levels of 0 to 255 against float64.
"""


def write(results: Results, out: pathlib.Path, chart: str | None) -> None:
    parts = [INTRODUCTION.format(rounds=results.rounds), results.machine.text()]
    if results.machine.was_busy:
        parts.append(BUSY)
    if results.missing:
        parts.append("Missing, since not installed here: "
                     + "; ".join(results.missing) + ".\n")
    parts.append(aims_text(results))
    if results.jobs:
        parts.append(WHOLE_JOBS)
        if chart:
            parts.append(f"![CPU time of whole jobs]({chart})\n")
        parts += [job_text(job) for job in results.jobs]
    if results.bindings:
        parts.append(bindings_text(results.bindings))
        parts.append(in_flight_text(results.bindings_in_flight))
    if results.equal:
        parts.append(equal_text(results.equal))
    if results.throughput:
        parts.append(throughput_text(results.throughput))
    if results.memory:
        parts.append(memory_text(results.memory))
    if results.resampling:
        parts.append(RESAMPLING)
        parts += [table(case).strip() + "\n" for case in results.resampling]
    if results.two_threads:
        parts.append(two_threads_text(results.two_threads))
    out.write_text("\n".join(part for part in parts if part))
