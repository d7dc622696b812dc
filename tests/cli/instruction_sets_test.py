#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole searches on each instruction set that this machine has: the same bytes, and scores that agree."""
import os
from unittest import mock

import pictures
import tool


def texture(x, y):
    """Edges, gradients and noise, so that a search has something to weigh."""
    noise = (x * 7919 + y * 104729 + x * y * 31) % 33
    return (min(255, x + noise), 180 if (x // 14 + y // 9) % 2 else 60 + noise, (x + y * 3 + noise) % 256)


def drawing(x, y):
    """Flat areas with hard edges, and a part that is transparent."""
    inside = (x - 60) ** 2 + (y - 45) ** 2 < 1500
    return (220, 40, 30, 255) if inside else (20, 60, 120, 255 if x > 16 else 8 * x)


class InstructionSets(tool.ToolTest):
    # Of scores: a fused multiply-add rounds once where others round twice.
    TOLERANCE = 1e-3  # as docs/architecture.md has it

    def targets(self):
        return self.json("--version", "--json")["simd_targets"]

    def on(self, target, *arguments):
        """What the tool reports on an instruction set, without its times."""
        with mock.patch.dict(os.environ, LIMEN_SIMD_TARGET=target):
            return self.json(*arguments, "--json")

    def assert_alike(self, *arguments):
        """ARGUMENTS write `out…`: the same bytes on each target, and nearly the same scores."""
        seen = {}
        for target in self.targets():
            report = self.on(target, *arguments)
            variant = (report.get("files") or report.get("variants") or [report])[0]
            output = self.folder / variant["output"]
            seen[target] = (output.read_bytes(), variant["score"])
            output.unlink()
        best = self.targets()[0]
        for target, (found, score) in seen.items():
            self.assertEqual(found, seen[best][0], f"{target} and {best} differ: {arguments}")
            self.assertAlmostEqual(score, seen[best][1], delta=self.TOLERANCE)

    def test_the_environment_chooses(self):
        targets = self.targets()
        self.assertGreater(len(targets), 1)
        for target in targets:
            self.assertEqual(self.on(target, "--version")["simd_target"], target)
        self.assertEqual(self.on("PDP11", "--version")["simd_target"], targets[0])

    def test_made_pictures(self):
        self.write("texture.png", pictures.png(160, 112, texture))
        self.write("drawing.png", pictures.png(120, 90, drawing, alpha=True))
        for source in ("texture.png", "drawing.png"):
            for name, *options in (("out.jpg", "--effort", 1), ("out.jpg",), ("out.jpg", "--effort", 8),
                                   ("out.webp",), ("out.avif", "--effort", 1),
                                   ("out.jpg", "--max-bytes", 4000), ("out.webp", "--max-bytes", 3000)):
                self.assert_alike("transform", source, "-o", name, *options)

    def test_what_was_coded_before(self):
        self.write("texture.png", pictures.png(160, 112, texture))
        self.limen("transform", "texture.png", "-o", "before.jpg", "-q", "95", "--chroma", "444")
        self.limen("transform", "texture.png", "-o", "before.webp", "-q", "95")
        for source in ("before.jpg", "before.webp"):
            for formats in ("same", "jpeg,webp"):
                self.assert_alike("optimize", source, "-o", "out", "--formats", formats)

    def test_photographs(self):
        self.needs_data()
        for name in ("kodim04.png", "kodim08.png", "kodim12.png"):
            source = tool.DATA / "photos" / "kodak" / name
            for output in ("out.jpg", "out.webp"):
                self.assert_alike("transform", source, "-o", output, "--width", 200)


if __name__ == "__main__":
    tool.main()
