# SPDX-License-Identifier: Apache-2.0
"""What one run has measured."""

import dataclasses
import statistics

from equal_score import EqualScore
from machine import Machine
from measure import JobResult, Throughput
from resize import Case


@dataclasses.dataclass
class Memory:
    originals: int
    samples_kb: list[int]

    @property
    def settled_kb(self) -> list[int]:
        """The first tenth fills caches and pools."""
        return self.samples_kb[len(self.samples_kb) // 10:]

    @property
    def spread(self) -> float:
        """The largest distance from the median, as a share of it."""
        middle = statistics.median(self.settled_kb)
        return max(abs(sample - middle) for sample in self.settled_kb) / middle


@dataclasses.dataclass
class Results:
    machine: Machine
    rounds: int
    jobs: list[JobResult] = dataclasses.field(default_factory=list)
    bindings: list[JobResult] = dataclasses.field(default_factory=list)
    bindings_in_flight: list[JobResult] = dataclasses.field(default_factory=list)
    equal: EqualScore | None = None
    throughput: list[Throughput] = dataclasses.field(default_factory=list)
    memory: Memory | None = None
    resampling: list[Case] = dataclasses.field(default_factory=list)
    two_threads: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    missing: list[str] = dataclasses.field(default_factory=list)
