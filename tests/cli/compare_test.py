#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""limen compare: scores, the worst block, the heat map, refusals."""
import csv
import re

import pictures
import tool


class Compare(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.damaged = self.write("damaged.png", pictures.png(96, 64, self.damage))

    @staticmethod
    def damage(x, y):
        """The gradient, but for a noisy square whose corner is at 70,40."""
        r, g, b = pictures.gradient(x, y)
        if 70 <= x < 86 and 40 <= y < 56:
            return r, (g + (x * 7 + y * 13) % 64) % 256, b
        return r, g, b

    def pixels(self, path):
        self.limen("decode", path, "-o", "pixels.rgba")
        return (self.folder / "pixels.rgba").read_bytes()

    def test_identical_is_a_hundred(self):
        report = self.json("compare", self.picture, self.picture, "--json")
        self.assertEqual((report["score"], report["worst_block"]), (100, 100))
        out, err = self.limen("compare", self.picture, self.picture)
        self.assertRegex(out.decode(), r"^score +100\.00\nworst block +100\.00, \d+x\d+ pixels from ")
        self.assertEqual(err, "")

    def test_a_local_damage_shows_in_the_worst_block(self):
        report = self.json("compare", self.picture, self.damaged, "--json")
        self.assertEqual((report["original"], report["candidate"]),
                         (str(self.picture), str(self.damaged)))
        self.assertLess(report["score"], 95)
        self.assertLess(report["worst_block"], report["score"])
        at = report["worst_block_at"]
        self.assertLessEqual(at["x"], 70)
        self.assertGreaterEqual(at["x"] + at["width"], 86)
        self.assertLessEqual(at["x"] + at["width"], 96)
        self.assertGreaterEqual(at["y"] + at["height"], 56)
        text = self.limen("compare", self.picture, self.damaged)[0].decode()
        shown = float(re.match(r"score +(\S+)\n", text)[1])
        self.assertTrue(0 <= report["score"] - shown < 0.01 + 1e-6, (shown, report["score"]))

    def test_pictures_are_compared_upright_and_in_srgb(self):
        self.limen("transform", self.picture, "-o", "a.jpg", "-q", "95", "--chroma", "444")
        plain = self.json("compare", self.picture, "a.jpg", "--json")["score"]
        # The same picture stored on its head, and said to be.
        self.limen("transform", self.picture, "-o", "headlong.jpg", "-q", "95", "--chroma", "444",
                   "--rotate", "180")
        self.write("turned.jpg", pictures.with_orientation(
            (self.folder / "headlong.jpg").read_bytes(), 3))
        turned = self.json("compare", self.picture, "turned.jpg", "--json")["score"]
        headlong = self.json("compare", self.picture, "headlong.jpg", "--json")["score"]
        self.assertLess(abs(plain - turned), 3)
        self.assertLess(headlong, 50)

    def test_heatmap(self):
        report = self.json("compare", self.picture, self.damaged, "--heatmap", "map.png", "--json")
        self.assertEqual(report["heatmap"], "map.png")
        self.assertEqual(report["score"],
                         self.json("compare", self.picture, self.damaged, "--json")["score"])
        info = self.json("info", "map.png")
        self.assertEqual((info["format"], info["width"], info["height"]), ("png", 96, 64))
        self.limen("compare", self.picture, self.picture, "--heatmap", "none.png")
        self.assertNotEqual(self.pixels("map.png"), self.pixels("none.png"))

    def test_standard_input(self):
        report = self.json("compare", "-", self.damaged, "--json", stdin=self.picture.read_bytes())
        self.assertEqual(report["score"],
                         self.json("compare", self.picture, self.damaged, "--json")["score"])

    def test_refusals(self):
        other = self.write("other.png", pictures.png(95, 64, pictures.gradient))
        out, err = self.limen("compare", self.picture, other, "--heatmap", "map.png", code=1)
        self.assertEqual(out, b"")
        self.assert_one_line(err, r"^limen: \S+picture.png: invalid argument: .*96x64.*95x64|"
                                  r"^limen: \S+picture.png: invalid argument: .*95x64.*96x64")
        bad = self.write("bad.png", self.picture.read_bytes()[:300])
        _, err = self.limen("compare", self.picture, bad, code=1)
        self.assert_one_line(err, r"picture.png: truncated: .*bad\.png")
        _, err = self.limen("compare", "nowhere.png", self.picture, code=1)
        self.assert_one_line(err, r"^limen: nowhere.png: io: ")
        _, err = self.limen("compare", self.picture, self.damaged, "--max-memory", "50000", code=1)
        self.assert_one_line(err, r"limit exceeded: .* asked, 50000 allowed")
        _, err = self.limen("compare", self.picture, self.damaged, "--heatmap", "no/where.png",
                            code=1)
        self.assert_one_line(err, r": io: no/where\.png: ")
        self.assertEqual(self.files(), ["bad.png", "damaged.png", "other.png", "picture.png"])

    def test_wrong_usage(self):
        for arguments in ((), (self.picture,), ("-", "-"), (self.picture,) * 3,
                          (self.picture, self.picture, "--heatmap", "-")):
            with self.subTest(arguments):
                out, err = self.limen("compare", *arguments, code=2)
                self.assertEqual(out, b"")
                self.assertTrue(err.startswith("limen: "), err)


class RealPairs(tool.ToolTest):
    def test_scores_are_those_of_the_definition(self):
        self.needs_data()
        with open(tool.DATA / "metric" / "scores.tsv", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t"))
        self.assertEqual(len(rows), 70)
        for row in rows:
            with self.subTest(row["distorted"]):
                report = self.json("compare", tool.DATA / row["original"],
                                   tool.DATA / row["distorted"], "--json")
                self.assertLessEqual(abs(report["score"] - float(row["ssimulacra2_double"])), 0.02)
                self.assertLessEqual(report["worst_block"], report["score"] + 1)


if __name__ == "__main__":
    tool.main()
