# SPDX-License-Identifier: Apache-2.0
"""What is timed: jobs, and who does them with which settings."""

import dataclasses
import pathlib
import sys
from typing import Any

RUNNERS = pathlib.Path(__file__).parent / "runners"
QUALITY = 80
FIVE = (160, 320, 480, 640, 960)
COVER = (400, 400)
MARK_PAD = 16


@dataclasses.dataclass(frozen=True)
class Job:
    """One original in, one file a variant out."""

    title: str
    originals: str  # a size of originals.SIZES
    widths: tuple[int, ...]
    height: int = 0  # 0 follows from the width
    format: str = "jpeg"
    marked: bool = False

    def request(self, sources: list[pathlib.Path], mark: pathlib.Path, mark_size: tuple[int, int],
                settings: dict[str, Any]) -> dict[str, Any]:
        """As a runner's `prepare` takes it."""
        width, height = self.widths[0], self.height
        return {
            "sources": [str(path) for path in sources],
            "variants": [{"width": width, "height": self.height, "format": self.format,
                          "quality": QUALITY} for width in self.widths],
            "mark": {"path": str(mark), "pad": MARK_PAD,
                     "left": width - mark_size[0] - MARK_PAD,
                     "top": height - mark_size[1] - MARK_PAD} if self.marked else None,
            "settings": settings,
        }


ONE_MP = Job("1 MP JPEG to one of 400 px", "1 MP", (400,))
TWO_MP = Job("2 MP JPEG to one of 400 px", "2 MP", (400,))
FIVE_JPEG = Job("2 MP JPEG to five of 160 to 960 px", "2 MP", FIVE)
FIVE_WEBP = Job("2 MP JPEG to five WebPs, method 4", "2 MP", FIVE, format="webp")
MARKED = Job("2 MP JPEG, cover crop to 400x400, watermark", "2 MP", COVER[:1], COVER[1],
             marked=True)
TWELVE_MP = Job("12 MP JPEG to one of 400 px", "12 MP", (400,))
JOBS = [ONE_MP, TWO_MP, FIVE_JPEG, FIVE_WEBP, MARKED, TWELVE_MP]
FIVE_OF_ONE_MP = Job("1 MP JPEG to five of 160 to 960 px", "1 MP", FIVE)


@dataclasses.dataclass(frozen=True)
class Contender:
    """A runner with settings."""

    key: str
    label: str  # behind the name that the runner tells
    command: tuple[str, ...]
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    several_only: bool = False  # makes no difference where there is one variant
    jpeg_only: bool = False  # nor where the files are no JPEGs
    same_as: str = ""  # key of limen itself with the same settings, whose bytes it must give
    floor: str = ""  # of a binding: key of the least that such calls take here
    is_floor: bool = False

    @property
    def is_limen(self) -> bool:
        return self.key.startswith("limen")

    @property
    def is_binding(self) -> bool:
        return bool(self.same_as) and not self.is_floor

    def does(self, job: Job) -> bool:
        if self.jpeg_only and job.format != "jpeg":
            return False
        return len(job.widths) > 1 or not self.several_only


def python(name: str) -> tuple[str, ...]:
    return (sys.executable, str(RUNNERS / f"{name}.py"))


EXACT = {"effort": 1, "progressive": False, "method": 4, "shrink": "exact"}


def go_peers(peers: pathlib.Path) -> list[Contender]:
    """What a Go program would take instead of limen's package."""
    return [Contender(f"go-{name}", "", (str(peers / f"go_{name}"),))
            for name in ("vips", "imaging")]


def bindings(limen: str, peers: pathlib.Path) -> list[Contender]:
    """limen from other languages, which need not be there, behind the least that such calls take here:
    of calls that leave the caller's thread free, and of calls by a Go program that has no more of
    limen than its C functions."""
    # libuv asks for the number of its threads before a module of this program runs.
    node = ("env", "UV_THREADPOOL_SIZE=1", "node", str(RUNNERS / "limen_node.mjs"))
    go = (str(peers / "limen_go"),)
    all_of_them = [
        Contender("floor-thread", "handed to another thread", (limen,),
                  {**EXACT, "handed_over": True}, is_floor=True),
        Contender("floor-cgo", "", (str(peers / "limen_cgo"),), EXACT, is_floor=True),
        Contender("python", "", python("limen_python"), EXACT),
        Contender("node", "transform", node, EXACT, floor="floor-thread"),
        Contender("node-sync", "transformSync", node, {**EXACT, "sync": True}),
        Contender("go", "Transform", go, EXACT, floor="floor-cgo"),
        Contender("go-heap", "Transform, 64 MB of other things", go, {**EXACT, "heap": 64},
                  floor="floor-cgo"),
        Contender("go-append", "AppendTransform", go, {**EXACT, "append": True}, floor="floor-cgo"),
    ]
    return [dataclasses.replace(one, same_as="limen-exact") for one in all_of_them]


def contenders(limen: str) -> list[Contender]:
    """All there are. JPEGs by limen are sequential with tables of their own, as sharp's are, and
    progressive, once as is limen's default and once by the brief progression."""
    node = ("node", str(RUNNERS / "sharp.mjs"))
    return [
        Contender("limen-exact", "exact", (limen,), EXACT),
        Contender("limen-fine", "fine", (limen,), {**EXACT, "shrink": "fine"}),
        Contender("limen-small", "fine, progressive", (limen,),
                  {"effort": 4, "progressive": True, "shrink": "fine"}, jpeg_only=True),
        Contender("limen-brief", "fine, brief progression", (limen,),
                  {"effort": 2, "progressive": True, "shrink": "fine"}, jpeg_only=True),
        Contender("sharp", "", node, {"cascade": False}),
        Contender("sharp-cascade", "cascade by hand", node, {"cascade": True}, several_only=True),
        Contender("pillow", "draft", python("pillow"), {"draft": True}),
        Contender("pillow-full", "every pixel", python("pillow"), {"draft": False}),
        Contender("vips", "", python("vips")),
        Contender("opencv", "", python("opencv")),
    ]
