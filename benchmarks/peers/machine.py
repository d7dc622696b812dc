# SPDX-License-Identifier: Apache-2.0
"""Where and with what it was measured."""

import dataclasses
import datetime
import os
import pathlib
import platform
import re
import subprocess
import time

# How many seconds are watched to see what others do on the machine, and how many cores' worth of
# it leaves wall times their meaning.
WATCHED = 3
QUIET = 0.2
MODEL = r"^model\s*: (.*)$"


@dataclasses.dataclass
class Machine:
    processor: str
    cores: int
    memory_gb: float
    system: str
    compiler: str
    revision: str
    busy_before: float  # cores, by others
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    busy_after: float = 0

    @property
    def was_busy(self) -> bool:
        return max(self.busy_before, self.busy_after) > QUIET

    def text(self) -> str:
        today = datetime.datetime.now(datetime.UTC).date()
        lines = ["| machine | |", "|---|---|",
                 f"| processor | {self.processor}, {self.cores} cores |",
                 f"| memory | {self.memory_gb:.0f} GB |", f"| system | {self.system} |",
                 f"| compiler | {self.compiler} |",
                 f"| cores busy with other work, before and after | {self.busy_before:.2f}, "
                 f"{self.busy_after:.2f} |",
                 f"| date | {today} |", f"| limen's revision | {self.revision} |"]
        lines += [f"| {name} | {version} |" for name, version in self.versions.items()]
        return "\n".join(lines) + "\n"


def first_match(path: str, pattern: str) -> str:
    found = re.search(pattern, pathlib.Path(path).read_text(), re.MULTILINE)
    return found.group(1) if found else "unknown"


def processor() -> str:
    """Its name; the family and model too, since a cloud's names hide them and vectors that are as
    wide take twice the time on one as on the next; and what its caches hold, of the first core."""
    about = first_match("/proc/cpuinfo", r"^model name\s*: (.*)$")
    family = first_match("/proc/cpuinfo", r"^cpu family\s*: (.*)$")
    if family != "unknown":
        about += f" (family {family}, model {first_match('/proc/cpuinfo', MODEL)})"
    for cache in sorted(pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((cache / field).read_text().strip()
                             for field in ("level", "type", "size"))
        if kind != "Instruction":
            about += f", L{level} {size}"
    return about


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else "unknown"


def busy_cores() -> float:
    """How many cores work while this process sleeps."""

    def idle_seconds() -> float:
        fields = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()
        return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")  # idle, iowait

    idle, start = idle_seconds(), time.monotonic()
    time.sleep(WATCHED)
    idle = idle_seconds() - idle
    return max(0.0, (os.cpu_count() or 1) - idle / (time.monotonic() - start))


def describe() -> Machine:
    return Machine(
        processor(), os.cpu_count() or 1,
        int(first_match("/proc/meminfo", r"^MemTotal:\s*(\d+)")) / 1e6,
        first_match("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)') + f", {platform.machine()}",
        output_of("c++", "--version"), output_of("git", "describe", "--always", "--dirty"),
        busy_cores())
