#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much may be lost: -q and its like, the choice of a format, and what reports say of both."""
import pictures
import tool


def texture(x, y):
    noise = (x * 7919 + y * 104729 + x * y * 31) % 37
    return (min(255, x * 2 + noise), 190 if (x // 10 + y // 11) % 2 else 50 + noise,
            (x + y * 3 + noise) % 256)


class Fidelity(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.picture = self.write("picture.png", pictures.png(110, 80, texture))

    def report(self, *options, output="out.jpg"):
        return self.json("transform", self.picture, "-o", output, "--json", *options)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def test_scores_are_reached_and_reported(self):
        for name, least in (("invisible", 85), ("flicker-proof", 90), ("score:72.5", 72.5)):
            with self.subTest(name):
                # No bound on the worst block, so that the score alone decides.
                report = self.report("-q", name, "--worst-block", "-1000", "--effort", "1")
                self.assertTrue(report["reached"])
                self.assertTrue(report["certified"])
                self.assertGreaterEqual(report["score"], least)
                compared = self.json("compare", self.picture, "out.jpg", "--json")
                for field in ("score", "worst_block"):
                    self.assertAlmostEqual(report[field], compared[field], places=3)
                self.assertEqual(report["worst_block_at"], compared["worst_block_at"])
                self.assertEqual(report["bytes"], len(self.read("out.jpg")))
                self.assertGreaterEqual(report["evaluations"], 1)
                self.assertGreaterEqual(report["encodes"], 1)
                self.assertIn(report["chroma"], ("4:2:0", "4:4:4"))
                self.assertIs(report["lossless"], False)
                found = self.read("out.jpg")
                self.assertEqual(report["quantizer"], "libjpeg")
                as_found = ("--chroma", report["chroma"], "--effort", "1")
                self.report("-q", report["quality"], *as_found)
                self.assertEqual(self.read("out.jpg"), found)
                # Certified: the next lower quality is not enough.
                lower = self.report("-q", report["quality"] - 1, *as_found)
                self.assertEqual(lower["quality"], report["quality"] - 1)
                compared = self.json("compare", self.picture, "out.jpg", "--json")
                self.assertLess(compared["score"], least)
                # limen's own quantiser reaches the same.
                own = self.report("-q", name, "--worst-block", "-1000", "--effort", "2")
                self.assertIn(own["quantizer"], ("libjpeg", "limen"))
                self.assertGreaterEqual(own["score"], least)

    def test_invisible_is_the_default_of_transform_and_srcset(self):
        self.assertEqual(self.report()["quality"], self.report("-q", "invisible")["quality"])
        variants = self.json("srcset", self.picture, "-o", "set", "--widths", "60,110", "--formats",
                             "jpeg,webp", "--json")["variants"]
        self.assertEqual(len(variants), 4)
        for variant in variants:
            self.assertTrue(variant["reached"])
            self.assertGreaterEqual(variant["score"], 85)
            self.assertGreaterEqual(variant["evaluations"], 1)

    def test_a_quality_is_not_searched_for(self):
        report = self.report("-q", "80")
        self.assertEqual((report["quality"], report["quantizer"]), (80, "libjpeg"))
        for field in ("score", "worst_block", "worst_block_at", "evaluations", "encodes", "reached",
                      "certified"):
            self.assertIsNone(report[field], field)

    def test_scans_are_told(self):
        self.assertIs(self.report("-q", "80", "--baseline")["progressive"], False)
        self.assertIsNone(self.report("-q", "80", output="out.webp")["progressive"])

    def test_lossless_by_two_names(self):
        for options in (("-q", "lossless"), ("--lossless",)):
            report = self.report(*options, output="out.webp")
            self.assertIs(report["lossless"], True)
            self.assertIsNone(report["quality"])
            self.assertEqual(self.json("compare", self.picture, "out.webp", "--json")["score"], 100)

    def test_max_bytes(self):
        report = self.report("--max-bytes", "4000")
        self.assertLessEqual(report["bytes"], 4000)
        self.assertTrue(report["reached"])
        self.assertGreater(self.report("--max-bytes", "6000")["score"], report["score"])
        report = self.report("--max-bytes", "100")
        self.assertIs(report["reached"], False)

    def test_worst_block(self):
        strict = self.report("-q", "score:50", "--worst-block", "80")
        self.assertGreaterEqual(strict["worst_block"], 80)
        self.assertGreater(strict["bytes"],
                           self.report("-q", "score:50", "--worst-block", "1")["bytes"])

    def test_format_auto(self):
        sizes = {name: self.report("--format", name, output="alone")["bytes"]
                 for name in ("jpeg", "webp")}
        report = self.report("--format", "auto", "--formats", "jpeg,webp", output="folder/")
        # Beside a larger JPEG a lossless WebP may be worth a try.
        self.assertIn(report["format"], sizes)
        self.assertLessEqual(report["bytes"], min(sizes.values()))
        self.assertEqual(report["output"].rsplit(".")[-1],
                         {"jpeg": "jpg", "webp": "webp"}[report["format"]])
        for accept, formats in (("image/webp,*/*;q=0.8", ["webp", "jpeg"]),
                                ("image/avif,image/webp;q=0,*/*", ["avif", "jpeg"]),
                                ("*/*", ["jpeg"])):
            plan = self.json("plan", self.picture, "--format", "auto", "--accept", accept)
            self.assertEqual(plan["formats"], formats)
            self.assertTrue(plan["searches"])
        plan = self.json("plan", self.picture, "--recipe", "w=50", "--format", "auto", "--formats",
                         "webp,png", "-q", "flicker-proof")
        self.assertEqual(plan["formats"], ["webp", "png"])

    def test_a_source_that_gains_nothing_is_kept(self):
        self.report("-q", "30", output="coarse.jpg")
        kept = self.json("transform", "coarse.jpg", "-o", "kept.jpg", "--json")
        self.assertIs(kept["kept_source"], True)
        self.assertEqual((kept["score"], kept["reached"]), (100, True))
        self.assertLessEqual(kept["bytes"], len(self.read("coarse.jpg")))
        encoded = self.json("transform", "coarse.jpg", "-o", "encoded.jpg", "--json",
                            "--always-encode")
        self.assertIs(encoded["kept_source"], False)


if __name__ == "__main__":
    tool.main()
