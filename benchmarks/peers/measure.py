# SPDX-License-Identifier: Apache-2.0
"""Contenders side by side: the same work, in turns, within one run."""

import contextlib
import dataclasses
import itertools
import pathlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from accuracy import Judge
from originals import MARK_SIZE
from runner import Failed, Runner, Taken
from work import Contender, Job


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long to look."""

    rounds: int
    seconds: float  # of each turn, at the least


@dataclasses.dataclass
class Outcome:
    """What a contender did with a job."""

    contender: Contender
    name: str
    cpu: list[float]  # ms an original, by round
    wall: list[float]
    peak_mb: float  # of the process
    grown_mb: float  # of that, above what it held before the first job
    bytes: int  # all files
    psnr: float  # dB, the least of all files
    saved: dict[str, list[list[str]]]

    @property
    def cpu_ms(self) -> float:
        return statistics.median(self.cpu)

    @property
    def wall_ms(self) -> float:
        return statistics.median(self.wall)

    def times(self, other: "Outcome") -> float:
        """How often `other`'s processor time fits into this one's: the median of the rounds."""
        return statistics.median(a / b for a, b in zip(self.cpu, other.cpu, strict=True))

    def wall_times(self, other: "Outcome") -> float:
        """The same of wall time."""
        return statistics.median(a / b for a, b in zip(self.wall, other.wall, strict=True))


@dataclasses.dataclass
class JobResult:
    job: Job
    outcomes: list[Outcome]
    absent: list[str]  # "name: why"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def started(contenders: Sequence[Contender]) -> Iterator[list[tuple[Contender, Runner]]]:
    """Processes of those that start."""
    running: list[tuple[Contender, Runner]] = []
    try:
        for contender in contenders:
            with contextlib.suppress(Failed):
                running.append((contender, Runner(contender.command)))
        yield running
    finally:
        for _, runner in running:
            runner.close()


def take_turns(turns: Sequence[Callable[[int], Taken]], effort: Effort) -> list[list[Taken]]:
    """What one pass took, by contender and round. Who begins moves on from round to round."""
    passes = []
    for turn in turns:
        turn(1)
        passes.append(max(1, round(effort.seconds / turn(1).wall)))
    taken: list[list[Taken]] = [[] for _ in turns]
    for number in range(effort.rounds):
        for step in range(len(turns)):
            i = (number + step) % len(turns)
            whole = turns[i](passes[i])
            taken[i].append(Taken(whole.cpu / passes[i], whole.wall / passes[i]))
    return taken


def warm(turn: Callable[[int], Taken], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        turn(10)


def relay(runners: Sequence[Runner], in_flight: int) -> Callable[[int], Taken]:
    """Each turn is the next one's: where a process has its memory makes some per cent of difference."""
    order = itertools.cycle(runners)
    return lambda passes: next(order).run(passes, in_flight=in_flight)


def run_job(job: Job, sources: list[pathlib.Path], mark: pathlib.Path,
            contenders: Sequence[Contender], effort: Effort, folder: pathlib.Path,
            in_flight: int = 1, warm_up: float = 0, processes: int = 1) -> JobResult:
    """Each contender works `warm_up` seconds before it is looked at: compilers settle meanwhile. limen,
    from whatever language, has so many processes, which take its turns in turn."""
    say(job.title + (f", {in_flight} in flight" if in_flight > 1 else ""))
    result = JobResult(job, [], [])
    with contextlib.ExitStack() as stack:
        crews: dict[str, list[Runner]] = {}
        theirs = [one for one in contenders if one.does(job)]
        for number in range(processes):
            again = [one for one in theirs if number == 0 or one.is_limen or one.same_as]
            for contender, runner in stack.enter_context(started(again)):
                crews.setdefault(contender.key, []).append(runner)
        prepared = []
        for contender in [one for one in theirs if one.key in crews]:
            request = job.request(sources, mark, MARK_SIZE, contender.settings)
            try:
                for runner in crews[contender.key]:
                    runner.ask({"do": "prepare", "job": request})
                    runner.run(1)
                prepared.append((contender, crews[contender.key][0], request))
            except Failed as reason:
                result.absent.append(f"{contender.key}: {reason}")
        for _, runner, _ in prepared:
            runner.restart_peak()
        for contender, _, _ in prepared:
            for runner in crews[contender.key]:
                warm(relay([runner], in_flight), warm_up)
        taken = take_turns([relay(crews[contender.key], in_flight) for contender, _, _ in prepared],
                           effort)
        judge = Judge(job, sources, prepared[0][2]["mark"])
        for (contender, runner, _), rounds in zip(prepared, taken, strict=True):
            peak = runner.memory("VmHWM")
            try:
                saved = runner.save(folder / contender.key)
                psnr = (psnr_of_twin(result, contender, saved) if contender.same_as
                        else judge.least(saved["pixels"]))
            except Failed as reason:
                result.absent.append(f"{contender.key}: {reason}")
                continue
            result.outcomes.append(Outcome(
                contender, " ".join(filter(None, [runner.about["name"], contender.label])),
                [one.cpu / len(sources) * 1000 for one in rounds],
                [one.wall / len(sources) * 1000 for one in rounds],
                peak / 1000, (peak - runner.idle_kb) / 1000,
                sum(pathlib.Path(path).stat().st_size for paths in saved["files"]
                    for path in paths),
                psnr, saved))
    return result


def psnr_of_twin(result: JobResult, contender: Contender, saved: dict[str, list[list[str]]]) -> float:
    """The same bytes have the same pixels."""
    twin = next((one for one in result.outcomes if one.contender.key == contender.same_as), None)
    if twin is None or contents(twin.saved["files"]) != contents(saved["files"]):
        raise Failed(f"not the bytes of {contender.same_as}")
    return twin.psnr


def contents(files: list[list[str]]) -> list[bytes]:
    return [pathlib.Path(path).read_bytes() for paths in files for path in paths]


@dataclasses.dataclass(frozen=True)
class Rate:
    """Outputs."""

    a_second: float
    a_cpu_second: float


@dataclasses.dataclass
class Throughput:
    job: Job
    workers: int
    outputs: dict[str, Rate]  # by name


def run_throughput(job: Job, sources: list[pathlib.Path], mark: pathlib.Path,
                   contenders: Sequence[Contender], effort: Effort, workers: int) -> Throughput:
    """Outputs a second with `workers` threads, or as many processes where the runner has none."""
    say(f"{job.title}, {workers} workers")
    with contextlib.ExitStack() as stack:
        crews: list[tuple[str, list[Runner]]] = []
        for contender in contenders:
            with contextlib.suppress(Failed):
                crew = hire(contender, workers, stack)
                request = job.request(sources, mark, MARK_SIZE, contender.settings)
                for runner in crew:
                    runner.ask({"do": "prepare", "job": request})
                crews.append((" ".join(filter(None, [crew[0].about["name"], contender.label])),
                              crew))
        turns = [lambda passes, crew=crew: together(crew, passes, workers) for _, crew in crews]
        taken = take_turns(turns, effort)
        # A pass of several processes is one of each.
        outputs = len(sources) * len(job.widths)
        return Throughput(job, workers, {
            name: Rate(outputs * len(crew) / statistics.median(one.wall for one in rounds),
                       outputs * len(crew) / statistics.median(one.cpu for one in rounds))
            for (name, crew), rounds in zip(crews, taken, strict=True)})


def hire(contender: Contender, workers: int, stack: contextlib.ExitStack) -> list[Runner]:
    first = Runner(contender.command)
    stack.callback(first.close)
    crew = [first]
    while not first.about["threads"] and len(crew) < workers:
        crew.append(Runner(contender.command))
        stack.callback(crew[-1].close)
    return crew


def together(crew: Sequence[Runner], passes: int, workers: int) -> Taken:
    begin = time.perf_counter()
    for runner in crew:
        runner.send({"do": "run", "passes": passes, "workers": workers})
    cpu = sum(runner.receive()["cpu"] for runner in crew)
    return Taken(cpu, time.perf_counter() - begin)


def run_memory(job: Job, sources: list[pathlib.Path], mark: pathlib.Path, contender: Contender,
               originals: int) -> list[int]:
    """RSS in kB, sampled 100 times while `originals` pass through one process."""
    say(f"memory over {originals} originals")
    runner = Runner(contender.command)
    try:
        request = job.request(sources, mark, MARK_SIZE, contender.settings)
        runner.ask({"do": "prepare", "job": request})
        samples = []
        for _ in range(100):
            runner.run(max(1, round(originals / 100 / len(sources))))
            samples.append(runner.memory("VmRSS"))
        return samples
    finally:
        runner.close()
