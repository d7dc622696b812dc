# SPDX-License-Identifier: Apache-2.0
"""A contender as a process of its own, asked over pipes: one JSON object a line, one line back.

    {"do": "describe"}              -> {"name", "version", "details", "threads"}
    {"do": "prepare", "job": …}     -> {}; work.Job.request() has the fields
    {"do": "run", "passes": n, "workers": w, "in_flight": f}
                                    -> {"cpu", "wall"}: seconds for n times all sources, from bytes
                                       in memory to bytes in memory; the processor time is the
                                       process's, with all its threads. With f above 1 a binding
                                       that hands its calls to another thread has so many under way,
                                       of which one works; others do one after the other anyway
    {"do": "save", "folder": path}  -> {"files", "pixels"}: lists by source of paths by variant; the
                                       pixels are those before encoding, as PNG

or {"error": …}, or {"unsupported": …} where a peer cannot do a job. "threads": true means that it
takes `workers` itself; others are started that many times.
"""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
from typing import Any


class Failed(Exception):
    """A runner that does not start or answers with an error."""


class Unsupported(Failed):
    """A runner that cannot do the job."""


@dataclasses.dataclass(frozen=True)
class Taken:
    """Seconds for a number of originals."""

    cpu: float
    wall: float


class Runner:
    """Started by __init__, ended by close()."""

    def __init__(self, command: tuple[str, ...]) -> None:
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                            text=True, bufsize=1)
        except OSError as error:
            raise Failed(str(error)) from error
        try:
            self.about = self.ask({"do": "describe"})
        except Failed:
            self.close()
            raise
        self.idle_kb = self.memory("VmRSS")

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.send(request)
        return self.receive()

    def send(self, request: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Failed(self.last_words()) from error

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Failed(self.last_words())
        answer: dict[str, Any] = json.loads(line)
        if "unsupported" in answer:
            raise Unsupported(answer["unsupported"])
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def last_words(self) -> str:
        self.process.wait()
        assert self.process.stderr is not None
        lines = [line for line in self.process.stderr.read().splitlines() if line.strip()]
        errors = [line for line in lines if "Error" in line]
        return (errors or lines or ["ended without a word"])[-1]

    def run(self, passes: int, workers: int = 1, in_flight: int = 1) -> Taken:
        answer = self.ask({"do": "run", "passes": passes, "workers": workers,
                           "in_flight": in_flight})
        return Taken(answer["cpu"], answer["wall"])

    def save(self, folder: pathlib.Path) -> dict[str, list[list[str]]]:
        folder.mkdir(parents=True, exist_ok=True)
        return self.ask({"do": "save", "folder": str(folder)})

    def memory(self, field: str) -> int:
        """In kB: VmRSS, or VmHWM, the most since restart_peak()."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise Failed(f"no {field}")

    def restart_peak(self) -> None:
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def close(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
