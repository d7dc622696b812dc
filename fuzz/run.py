#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each libFuzzer target for a while and prints what came of it; exits 1 on a finding.

Each starts from what it knew before (BUILD/corpus), tests/regressions, the folder of real files where
there is one, and small pictures that make_seeds writes. Findings lie in BUILD/findings."""
import argparse
import concurrent.futures
import hashlib
import pathlib
import re
import subprocess
import sys
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMATS = ("jpeg", "png", "webp", "avif")
LARGEST_SEED = 60_000
LARGEST_INPUT = 65_536
ACCEPT_HEADERS = [
    b"", b"*/*", b"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    b"image/webp;q=0.9, image/png;q=0.901, */*;q=0", b"IMAGE/JPEG ; Q=0.5;a=\"b,\\\"c\", image/jpg"]
QUERIES = (ROOT / "fuzz" / "queries.txt").read_bytes().split(b"\n")


def pictures(folder, formats=FORMATS):
    """Files under FOLDER/<format> that are small enough to mutate quickly."""
    for name in formats:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and path.stat().st_size <= LARGEST_SEED:
                yield path.read_bytes()


def profiles(data):
    """ICC profiles that a JPEG or WebP file holds whole, and those of PNG, inflated."""
    at = data.find(b"acsp")
    while at >= 36:
        yield data[at - 36:at - 36 + int.from_bytes(data[at - 36:at - 32], "big")][:LARGEST_SEED]
        at = data.find(b"acsp", at + 4)
    at = data.find(b"iCCP")
    if at >= 4 and data.startswith(b"\x89PNG"):
        chunk = data[at + 4:at + 4 + int.from_bytes(data[at - 4:at], "big")]
        try:
            yield zlib.decompressobj().decompress(chunk[chunk.find(b"\0") + 2:], LARGEST_SEED)
        except zlib.error:
            pass


def seeds_for(target, folders):
    kind = target.removesuffix("_fuzz")
    if kind in FORMATS:
        return [data for folder in folders for data in pictures(folder, [kind])]
    if kind == "plain_jpeg":
        return [data for folder in folders for data in pictures(folder, ["jpeg"])]
    if kind == "probe":
        return [data[:8192] for folder in folders for data in pictures(folder)]
    if kind == "rewrite":
        return [data for folder in folders for data in pictures(folder, ("jpeg", "png", "webp"))]
    if kind == "query":
        return [query for query in QUERIES if query]
    if kind == "transform":
        files = [data for folder in folders for data in pictures(folder) if len(data) <= 6000]
        return [QUERIES[i % len(QUERIES)] + b"\n" + data for i, data in enumerate(files)]
    if kind == "accept":
        return ACCEPT_HEADERS
    if kind == "color":
        # No description by numbers but the profile's own; RGB of 8 bits.
        return [b"\2\0" + profile for folder in folders for data in pictures(folder)
                for profile in profiles(data)] or [b"\2\0"]
    if kind in ("encode", "resize", "search"):
        # Options and pixels, whatever they are.
        return [hashlib.shake_128(bytes([i])).digest(40 + 9 * i) for i in range(60)]
    if kind == "c_api":
        # Structs with their defaults, then a file.
        return [bytes(18) + b"\1" + data for folder in folders for data in pictures(folder)
                if len(data) <= 6000] or [bytes(20)]
    if kind == "metadata":
        # The first byte chooses the kind of block; files of any kind have some inside.
        found = []
        for folder in folders:
            for data in pictures(folder, ("jpeg", "png")):
                at = data.find(b"Exif\0\0")
                if at >= 0:
                    found.append(b"\0" + data[at + 6:at + 6 + 8192])
                at = data.find(b"<x:xmpmeta")
                if at >= 0:
                    found.append(b"\1" + data[at:at + 8192])
        return found or [b"\0II*\0\x08\0\0\0\0\0", b"\1<x:xmpmeta></x:xmpmeta>"]
    return []


def run(target, build, folders, seconds):
    name = target.name
    corpus = build / "corpus" / name
    seeds = build / "seeds" / name
    findings = build / "findings"
    for folder in (corpus, seeds, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for data in seeds_for(name, folders):
        (seeds / hashlib.sha1(data).hexdigest()).write_bytes(data)
    command = [target, corpus, seeds, f"-max_total_time={seconds}", f"-max_len={LARGEST_INPUT}",
               "-timeout=30", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=1",
               f"-artifact_prefix={findings / name}-"]
    regressions = ROOT / "tests" / "regressions" / name
    if regressions.is_dir():
        command.insert(3, regressions)
    dictionary = ROOT / "fuzz" / f"{name.removesuffix('_fuzz')}.dict"
    if dictionary.is_file():
        command.append(f"-dict={dictionary}")
    started = time.monotonic()
    # libFuzzer itself stops on time; the bound is for a target that does not come back to it.
    log = build / "findings" / f"{name}.log"
    with log.open("wb") as stream:
        try:
            code = subprocess.run(command, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL,
                                  timeout=seconds * 4 + 300, check=False).returncode
        except subprocess.TimeoutExpired:
            code = -1
    text = log.read_text(errors="replace")

    def last(pattern):
        found = re.findall(pattern, text)
        return found[-1] if found else "-"
    return {"name": name, "code": code, "seconds": time.monotonic() - started, "log": log,
            "runs": last(r"number_of_executed_units:\s+(\d+)"), "edges": last(r"cov: (\d+)"),
            "peak": last(r"peak_rss_mb:\s+(\d+)")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], help="name of a target")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    targets = [path for path in sorted((build / "bin").glob("*_fuzz"))
               if not arguments.only or path.name in arguments.only]
    if not targets:
        sys.exit(f"no such fuzz target in {build / 'bin'}")

    made = build / "made"
    subprocess.run([build / "bin" / "make_seeds", made], check=True, stdout=subprocess.DEVNULL)
    data = ROOT.parent / "shared" / "data"
    folders = [made] + [data / name for name in ("conformance", "hostile") if (data / name).is_dir()]

    print(f"{len(targets)} targets, {arguments.seconds} s each, {arguments.jobs} at a time")
    failed = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        pending = [pool.submit(run, target, build, folders, arguments.seconds)
                   for target in targets]
        for future in concurrent.futures.as_completed(pending):
            done = future.result()
            print(f"{done['name']:16} {'ok' if done['code'] == 0 else 'FINDING':8}"
                  f"{done['runs']:>9} runs {done['edges']:>7} edges {done['peak']:>5} MB"
                  f" {done['seconds']:6.0f} s", flush=True)
            if done["code"] != 0:
                failed.append(done)
    for done in failed:
        print(f"\n{done['name']} ended with {done['code']}; {done['log']} ends:")
        print("\n".join(done["log"].read_text(errors="replace").splitlines()[-25:]))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
