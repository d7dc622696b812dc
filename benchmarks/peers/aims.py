# SPDX-License-Identifier: Apache-2.0
"""The ratios that limen is meant to reach."""

import dataclasses
from collections.abc import Callable, Sequence

from measure import JobResult
from resize import MODES, SIZES, Case, Mode
from results import Results
from verdict import EXACT_ENOUGH, Verdict, judge
from work import FIVE_JPEG, FIVE_OF_ONE_MP, FIVE_WEBP, MARKED, TWELVE_MP, TWO_MP, Job


def judge_resampling(case: Case) -> Verdict:
    """Beside the fastest peer."""
    ours = case.rows[0]
    peer = min((row for row in case.rows if not row.is_limen), key=lambda row: row.times)
    void = ""
    if ours.deviation and peer.deviation and ours.deviation.mean > peer.deviation.mean:
        void = f"mean error {ours.deviation.mean:.3f} beside {peer.deviation.mean:.3f}"
    return Verdict(peer.times, void)


@dataclasses.dataclass(frozen=True)
class Aim:
    title: str
    wanted: float
    got: Verdict
    at_most: bool = False

    @property
    def sign(self) -> str:
        return "at most" if self.at_most else "at least"

    @property
    def reached(self) -> bool:
        enough = (self.got.ratio <= self.wanted if self.at_most else self.got.ratio >= self.wanted)
        return enough and not self.got.void


# Job, beside whom, the least PSNR where it is not the peer's, aim.
WHOLE = [
    (FIVE_JPEG, "sharp", EXACT_ENOUGH, 8.0),
    (FIVE_JPEG, "sharp-cascade", EXACT_ENOUGH, 5.0),
    (TWO_MP, "sharp", None, 3.0),
    (TWO_MP, "sharp", EXACT_ENOUGH, 2.2),
    (TWELVE_MP, "sharp", None, 1.8),
    (MARKED, "sharp", None, 7.0),
    (FIVE_WEBP, "sharp", None, 1.6),
]
EQUAL_SCORE = 3.0
BINDING = 1.03
# Mode, number of the size, aim beside the fastest peer.
RESAMPLING = [(mode, size, wanted) for mode in ("rgb", "rgba-plain")
              for size, wanted in enumerate((2.0, 2.0, 2.5, 2.5))]
PREMULTIPLIED = 2.0
LINEAR = 1.5
TWO_THREADS = 1.8
THROUGHPUT = {FIVE_OF_ONE_MP: 1500, FIVE_JPEG: 1000}
MEMORY = 1.0


def best(jobs: Sequence[JobResult], job: Job, theirs: str,
         least_psnr: float | None) -> tuple[str, Verdict] | None:
    """Of limen's settings the best ratio that counts, else the best that does not; between whom."""
    for result in jobs:
        if result.job != job:
            continue
        found = {outcome.contender.key: outcome for outcome in result.outcomes}
        if theirs not in found:
            return None
        judged = [(ours.name, judge(ours, found[theirs], least_psnr)) for ours in result.outcomes
                  if ours.contender.is_limen]
        name, verdict = max(judged, key=lambda one: (not one[1].void, one[1].ratio))
        return f"{job.title}, {name} beside {found[theirs].name}", verdict
    return None


def find_case(cases: Sequence[Case], mode: Mode, size: int) -> Case | None:
    return next((case for case in cases
                 if case.mode == mode and (case.source, case.to) == SIZES[size]), None)


def beside(case: Case, name: str) -> Verdict | None:
    return next((Verdict(row.times) for row in case.rows if row.name.startswith(name)), None)


def aims(results: Results) -> list[Aim]:
    """Those that this run has measured."""
    return [*whole_jobs(results), *at_once(results), *resampling(results)]


def whole_jobs(results: Results) -> list[Aim]:
    found = []
    for job, theirs, psnr, wanted in WHOLE:
        if judged := best(results.jobs, job, theirs, psnr):
            at = f", at {psnr:g} dB or better" if psnr else ""
            found.append(Aim(judged[0] + at, wanted, judged[1]))
    if equal := results.equal:
        entry = max(equal.ours, key=lambda one: (not one.void, equal.peer.times(one.outcome)))
        found.append(Aim(f"five WebPs at equal score, {entry.outcome.name} beside "
                         f"{equal.peer.name}", EQUAL_SCORE,
                         Verdict(equal.peer.times(entry.outcome), entry.void)))
    found += [Aim(f"{result.job.title}, {one.name} to {result.outcomes[0].name}, processor time, "
                  f"{how}", BINDING, Verdict(one.times(result.outcomes[0])), at_most=True)
              for how, several in (("one call at a time", results.bindings),
                                   ("two in flight", results.bindings_in_flight))
              for result in several for one in result.outcomes if one.contender.is_binding]
    return found


def at_once(results: Results) -> list[Aim]:
    void = "other work on the machine" if results.machine.was_busy else ""
    found = [Aim(f"{one.job.title}, outputs a second by {one.workers} workers, {name}",
                 THROUGHPUT[one.job],
                 Verdict(rate.a_second, void))
             for one in results.throughput for name, rate in one.outputs.items()
             if name == "limen exact"]
    if results.memory:
        found.append(Aim(f"RSS over {results.memory.originals} originals, % off its median",
                         MEMORY, Verdict(results.memory.spread * 100), at_most=True))
    found += [Aim(f"RGB, {title}, one thread to two, wall time", TWO_THREADS,
                  Verdict(one / two, void))
              for title, (one, two) in results.two_threads.items()]
    return found


def resampling(results: Results) -> list[Aim]:
    cases = results.resampling
    found = []
    for mode, size, wanted in RESAMPLING:
        case = find_case(cases, MODES[mode], size)
        if case and any(not row.is_limen for row in case.rows):
            found.append(Aim(f"{case.mode.title}, {case.title}, beside the fastest peer", wanted,
                             judge_resampling(case)))
    found += each_size(cases, "rgba-straight", PREMULTIPLIED, "beside fast_image_resize",
                       lambda case: beside(case, "fast_image_resize"))
    found += each_size(cases, "rgb-linear", LINEAR, "to plain",
                       lambda case: Verdict(case.linear_to_plain or 0), at_most=True)
    return found


def each_size(cases: Sequence[Case], mode: str, wanted: float, what: str,
              verdict_of: Callable[[Case], Verdict | None], at_most: bool = False) -> list[Aim]:
    found = []
    for size in range(len(SIZES)):
        case = find_case(cases, MODES[mode], size)
        verdict = verdict_of(case) if case else None
        if case and verdict:
            found.append(Aim(f"{case.mode.title}, {case.title}, {what}", wanted, verdict, at_most))
    return found
