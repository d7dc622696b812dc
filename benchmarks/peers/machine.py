# SPDX-License-Identifier: Apache-2.0
"""Where and with what it was measured."""

import dataclasses
import datetime
import os
import pathlib
import platform
import re
import subprocess


@dataclasses.dataclass
class Machine:
    processor: str
    cores: int
    memory_gb: float
    system: str
    compiler: str
    revision: str
    load_before: float
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    load_after: float = 0

    @property
    def was_busy(self) -> bool:
        """With more than this: it loads every core in one part, one core in the others."""
        return self.load_before > self.cores / 2 or self.load_after > self.cores + 1

    def text(self) -> str:
        today = datetime.datetime.now(datetime.UTC).date()
        lines = ["| machine | |", "|---|---|",
                 f"| processor | {self.processor}, {self.cores} cores |",
                 f"| memory | {self.memory_gb:.0f} GB |", f"| system | {self.system} |",
                 f"| compiler | {self.compiler} |",
                 f"| load average, before and after | {self.load_before:.1f}, "
                 f"{self.load_after:.1f} |",
                 f"| date | {today} |", f"| limen's revision | {self.revision} |"]
        lines += [f"| {name} | {version} |" for name, version in self.versions.items()]
        return "\n".join(lines) + "\n"


def first_match(path: str, pattern: str) -> str:
    found = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def describe() -> Machine:
    return Machine(
        first_match("/proc/cpuinfo", r"^model name\s*: (.*)$"), os.cpu_count() or 1,
        int(first_match("/proc/meminfo", r"^MemTotal:\s*(\d+)")) / 1e6,
        first_match("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)') + f", {platform.machine()}",
        output_of("c++", "--version"), output_of("git", "describe", "--always", "--dirty"),
        os.getloadavg()[0])
