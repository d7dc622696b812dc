# SPDX-License-Identifier: Apache-2.0
"""The runner's end of the protocol of ../runner.py, for peers that are called from Python.

A runner in Python makes an object with three things and hands it to serve():

    describe() -> {"name": …, "version": …, "details": …}
    files(source, job) -> the bytes of one file a variant: what is timed
    pixels(source, job) -> the same variants, their pixels before encoding as PNG files; none where
                           it is a binding of limen, whose files limen's own are compared with
"""

import json
import pathlib
import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypedDict


class Variant(TypedDict):
    width: int
    height: int  # 0: follows
    format: str  # "jpeg" or "webp"
    quality: int


class Mark(TypedDict):
    path: str
    pad: int  # pixels to the lower right corner
    left: int
    top: int


class Job(TypedDict):
    sources: list[str]
    variants: list[Variant]
    mark: Mark | None
    settings: dict[str, Any]


class Unsupported(Exception):
    """The peer cannot do this job."""


class Peer(Protocol):
    def describe(self) -> dict[str, str]: ...

    def files(self, source: bytes, job: Job) -> Sequence[bytes]: ...

    def pixels(self, source: bytes, job: Job) -> Sequence[bytes]: ...


class Server:
    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.job: Job | None = None
        self.sources: list[bytes] = []

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        what = request["do"]
        if what == "describe":
            return {**self.peer.describe(), "threads": False}
        if what == "prepare":
            return self.prepare(request["job"])
        if self.job is None:
            raise ValueError("nothing is prepared")
        if what == "run":
            return self.run(self.job, request["passes"], request.get("in_flight", 1))
        if what == "save":
            return self.save(self.job, pathlib.Path(request["folder"]))
        raise ValueError(f"unknown request {what}")

    def prepare(self, job: Job) -> dict[str, Any]:
        self.job = job
        self.sources = [pathlib.Path(path).read_bytes() for path in job["sources"]]
        return {}

    def run(self, job: Job, passes: int, in_flight: int) -> dict[str, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        if in_flight > 1:
            self.run_several(job, passes, in_flight)
        else:
            for _ in range(passes):
                for source in self.sources:
                    self.peer.files(source, job)
        return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}

    def run_several(self, job: Job, passes: int, in_flight: int) -> None:
        with ThreadPoolExecutor(1) as worker:
            waiting: deque[Future[Sequence[bytes]]] = deque()
            for source in self.sources * passes:
                waiting.append(worker.submit(self.peer.files, source, job))
                if len(waiting) == in_flight:
                    waiting.popleft().result()
            while waiting:
                waiting.popleft().result()

    def save(self, job: Job, folder: pathlib.Path) -> dict[str, list[list[str]]]:
        files, pixels = [], []
        for index, source in enumerate(self.sources):
            files.append(write(self.peer.files(source, job), folder, index, "file"))
            pixels.append(write(self.peer.pixels(source, job), folder, index, "png"))
        return {"files": files, "pixels": pixels}


def write(contents: Sequence[bytes], folder: pathlib.Path, index: int, suffix: str) -> list[str]:
    paths = []
    for variant, content in enumerate(contents):
        path = folder / f"{index}-{variant}.{suffix}"
        path.write_bytes(content)
        paths.append(str(path))
    return paths


def serve(peer: Peer) -> None:
    server = Server(peer)
    for line in sys.stdin:
        try:
            answer = server.answer(json.loads(line))
        except Unsupported as reason:
            answer = {"unsupported": str(reason)}
        except Exception as error:  # whatever a peer raises is the harness's to tell
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
