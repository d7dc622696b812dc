# SPDX-License-Identifier: Apache-2.0
"""Five WebPs by limen that score what sharp's score, timed beside sharp's.

The score is SSIMULACRA 2, by `limen compare`, beside the float64 reference rounded to 8 bits.
"""

import dataclasses
import functools
import json
import pathlib
import statistics
import subprocess
from collections.abc import Sequence

import numpy as np
from lanczos import lanczos3
from measure import Effort, Outcome, run_job, say
from originals import MARK_SIZE
from PIL import Image
from runner import Runner
from work import FIVE_WEBP, Contender, Job

BYTES = 1.03
METHODS = range(4, -1, -1)  # libwebp's, from the slowest that is meant to be beaten
STEPS = 7  # of halving the range of qualities
QUALITIES = (40.0, 100.0)


@dataclasses.dataclass
class Entry:
    outcome: Outcome
    method: int
    scores: list[float]
    void: str = ""

    @property
    def mean_score(self) -> float:
        return statistics.mean(self.scores)


@dataclasses.dataclass
class EqualScore:
    peer: Outcome
    entries: list[Entry]  # all, the peer's too

    @property
    def ours(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.outcome is not self.peer]


class Scorer:
    """Scores files beside the references of a job."""

    def __init__(self, tool: str, sources: Sequence[pathlib.Path], job: Job,
                 folder: pathlib.Path) -> None:
        self.tool = tool
        folder.mkdir(parents=True, exist_ok=True)
        self.references = [[make_reference(source, width, folder / f"{index}-{width}.png")
                            for width in job.widths] for index, source in enumerate(sources)]

    def scores(self, files: list[list[str]]) -> list[list[float]]:
        return [[self.score(reference, path) for reference, path in zip(*pair, strict=True)]
                for pair in zip(self.references, files, strict=True)]

    def score(self, reference: pathlib.Path, path: str) -> float:
        done = subprocess.run([self.tool, "--json", "compare", str(reference), path], check=True,
                              capture_output=True, text=True)
        return float(json.loads(done.stdout)["score"])


@functools.lru_cache(maxsize=1)
def decoded(source: pathlib.Path) -> np.ndarray:
    with Image.open(source) as image:
        return np.asarray(image.convert("RGB"), np.float64)


def make_reference(source: pathlib.Path, width: int, path: pathlib.Path) -> pathlib.Path:
    pixels = decoded(source)
    rows, columns = pixels.shape[:2]
    height = round(rows * width / columns)
    planes = [lanczos3(rows, height) @ pixels[..., c] @ lanczos3(columns, width).T
              for c in range(3)]
    levels = np.rint(np.stack(planes, axis=2).clip(0, 255)).astype(np.uint8)
    Image.fromarray(levels).save(path, compress_level=1)
    return path


def sizes(files: list[list[str]]) -> int:
    return sum(pathlib.Path(path).stat().st_size for paths in files for path in paths)


def find_qualities(runner: Runner, contender: Contender, sources: list[pathlib.Path],
                   mark: pathlib.Path, scorer: Scorer, targets: list[list[float]], method: int,
                   folder: pathlib.Path) -> tuple[list[list[float]], int]:
    """The lowest quality of each file that reaches its target, and all their bytes."""
    low = [[QUALITIES[0]] * len(row) for row in targets]
    high = [[QUALITIES[1]] * len(row) for row in targets]
    for _ in range(STEPS):
        middle = [[(a + b) / 2 for a, b in zip(*pair, strict=True)]
                  for pair in zip(low, high, strict=True)]
        scores = scorer.scores(make(runner, contender, sources, mark, middle, method, folder))
        for i, row in enumerate(scores):
            for j, score in enumerate(row):
                (high if score >= targets[i][j] else low)[i][j] = middle[i][j]
    return high, sizes(make(runner, contender, sources, mark, high, method, folder))


def with_qualities(contender: Contender, qualities: list[list[float]], method: int) -> Contender:
    settings = {**contender.settings, "qualities": qualities, "method": method}
    return dataclasses.replace(contender, settings=settings)


def make(runner: Runner, contender: Contender, sources: list[pathlib.Path], mark: pathlib.Path,
         qualities: list[list[float]], method: int, folder: pathlib.Path) -> list[list[str]]:
    settings = with_qualities(contender, qualities, method).settings
    runner.ask({"do": "prepare", "job": FIVE_WEBP.request(sources, mark, MARK_SIZE, settings)})
    return runner.save(folder)["files"]


def tune(contender: Contender, sources: list[pathlib.Path], mark: pathlib.Path, scorer: Scorer,
         targets: list[list[float]], most_bytes: float, folder: pathlib.Path) -> Contender:
    """At the fastest method whose files are small enough; at the slowest if none's are."""
    tuned = None
    runner = Runner(contender.command)
    try:
        for method in METHODS:
            qualities, total = find_qualities(runner, contender, sources, mark, scorer, targets,
                                              method, folder)
            say(f"  {contender.key}, method {method}: {total / most_bytes * BYTES - 1:+.1%} bytes")
            if tuned is None or total <= most_bytes:
                tuned = with_qualities(contender, qualities, method)
            if total > most_bytes:
                break
    finally:
        runner.close()
    assert tuned is not None
    return tuned


def run_equal_score(tool: str, sources: list[pathlib.Path], mark: pathlib.Path, peer: Contender,
                    ours: Sequence[Contender], effort: Effort,
                    folder: pathlib.Path) -> EqualScore | None:
    """Nothing where the peer is missing."""
    say("five WebPs at equal score")
    theirs = run_job(FIVE_WEBP, sources, mark, [peer], Effort(1, 0), folder).outcomes
    if not theirs:
        return None
    scorer = Scorer(tool, sources, FIVE_WEBP, folder / "references")
    targets = scorer.scores(theirs[0].saved["files"])
    tuned = [tune(one, sources, mark, scorer, targets, theirs[0].bytes * BYTES, folder / one.key)
             for one in ours]
    result = run_job(FIVE_WEBP, sources, mark, [*tuned, peer], effort, folder)
    outcomes = {outcome.contender.key: outcome for outcome in result.outcomes}
    entries = []
    for outcome in result.outcomes:
        scores = scorer.scores(outcome.saved["files"])
        entries.append(Entry(outcome, outcome.contender.settings.get("method", 4),
                             [score for row in scores for score in row],
                             void_reason(scores, targets, outcome, outcomes[peer.key])))
    return EqualScore(outcomes[peer.key], entries)


def void_reason(scores: list[list[float]], targets: list[list[float]], ours: Outcome,
                theirs: Outcome) -> str:
    if any(score < target for pair in zip(scores, targets, strict=True)
           for score, target in zip(*pair, strict=True)):
        return "a score below sharp's"
    if ours.bytes > BYTES * theirs.bytes:
        return f"{ours.bytes / theirs.bytes - 1:+.1%} bytes"
    return ""
