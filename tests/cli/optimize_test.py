#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""limen optimize: smaller files of the same pixels, where they go, the table and the report."""
import base64
import html.parser
import re

import pictures
import tool

# Elements of HTML that have no end tag.
VOID = {"meta", "img", "input", "br"}


def texture(x, y):
    """Something with edges, gradients and noise, which a codec has to spend bytes on."""
    noise = (x * 7919 + y * 104729 + x * y * 31) % 29
    return (min(255, x * 2 + noise), 200 if (x // 12 + y // 9) % 2 else 60 + noise,
            (x + y * 3 + noise) % 256)


class Page(html.parser.HTMLParser):
    """Reads a report: elements must nest, and nothing may come from outside."""

    def __init__(self, test, text):
        super().__init__()
        self.test, self.open, self.images, self.text, self.seen = test, [], {}, "", []
        self.feed(text)
        self.close()
        test.assertEqual(self.open, [])

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name in ("src", "href", "srcset", "action", "data"):
            if name in attributes:
                self.test.assertRegex(attributes[name], r"^(data:image/(webp|jpeg|png|avif);base64,|#)")
        if tag == "img" and "class" in attributes:
            self.images.setdefault(attributes["class"], []).append(attributes["src"])

    def handle_startendtag(self, tag, attributes):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        self.test.assertEqual(self.open.pop(), tag)

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data


class OptimizeTest(tool.ToolTest):
    def setUp(self):
        super().setUp()
        self.picture = self.write("picture.png", pictures.png(120, 90, texture))

    def jpeg(self, name, *options):
        self.limen("transform", self.picture, "-o", name, "-q", "97", "--chroma", "444", *options)
        return self.folder / name

    def score(self, original, candidate):
        return self.json("compare", original, candidate, "--json")["score"]

    def read(self, name):
        return (self.folder / name).read_bytes()

    def pixels(self, path):
        return self.limen("decode", path, "-o", "-", "--to", "rgba")[0]


class Optimize(OptimizeTest):
    def test_smaller_and_at_least_as_good_as_asked(self):
        for target, least in (("invisible", 85), ("flicker-proof", 90), ("70", 70)):
            with self.subTest(target):
                source = self.jpeg("photo.jpg", "--effort", "1")
                report = self.json("optimize", source, "-o", target, "--target", target, "--effort",
                                   "1", "--json")
                self.assertEqual((report["failed"], report["missed"]), (0, 0))
                file = report["files"][0]
                self.assertEqual(file["output"], f"{target}/photo.jpg")
                self.assertEqual(file["bytes"], len(self.read(file["output"])))
                self.assertEqual(file["before"], source.stat().st_size)
                self.assertEqual(file["saved"], file["before"] - file["after"])
                self.assertGreater(file["saved"], 0)
                self.assertTrue(file["reached"])
                self.assertFalse(file["kept_source"])
                self.assertGreaterEqual(file["evaluations"], 1)
                self.assertEqual(file["format"], "jpeg")
                self.assertIn(file["chroma"], ("4:2:0", "4:4:4"))
                self.assertGreaterEqual(file["score"], least)
                self.assertAlmostEqual(self.score(source, file["output"]), file["score"], places=3)
                # What the tool says it is coded with makes it again, of the pixels that the search saw: a
                # JPEG's own planes would go to the encoder without becoming RGB.
                self.limen("transform", source, "-o", "shown.png")
                self.limen("transform", "shown.png", "-o", "again.jpg", "-q", file["quality"],
                           "--chroma", file["chroma"], "--effort", "1")
                self.assertEqual(self.read("again.jpg"), self.read(file["output"]))
                self.assertIn((file["quality"], file["chroma"], True),
                              [(t["quality"], t["chroma"], t["passes"]) for t in file["trials"]])

    def test_what_gains_nothing_is_kept(self):
        self.limen("transform", self.picture, "-o", "coarse.jpg", "-q", "35", "--chroma", "420")
        self.limen("optimize", self.picture, "-o", "once")
        report = self.json("optimize", "coarse.jpg", "once", "-o", "out", "--json")
        for file in report["files"]:
            self.assertTrue(file["kept_source"], file["file"])
            self.assertTrue(file["reached"])
            self.assertEqual(file["score"], 100)
            self.assertLessEqual(file["after"], file["before"])
        for source, output in (("coarse.jpg", "out/coarse.jpg"), ("picture.png", "out/picture.png")):
            self.assertEqual(self.pixels(source), self.pixels(output))
        self.assertEqual(self.read("out/picture.png"), self.read("once/picture.png"))

    def test_the_smallest_of_the_formats(self):
        report = self.json("optimize", self.picture, "-o", "out", "--formats", "jpeg,webp", "--json")
        chosen = report["files"][0]
        sizes = {}
        for name in ("jpeg", "webp"):
            alone = self.json("optimize", self.picture, "-o", name, "--formats", name, "--json")
            if alone["files"][0]["reached"]:
                sizes[name] = alone["files"][0]["after"]
        self.assertEqual((chosen["format"], chosen["after"]),
                         min(sizes.items(), key=lambda item: item[1]))

    def test_max_bytes_is_a_ceiling(self):
        source = self.jpeg("photo.jpg")
        free = self.json("optimize", source, "-o", "free", "--json")["files"][0]
        loose = self.json("optimize", source, "-o", "loose", "--max-bytes", free["after"], "--json")
        self.assertEqual(loose["files"][0]["after"], free["after"])
        ceiling = free["after"] * 2 // 3
        tight = self.json("optimize", source, "-o", "tight", "--max-bytes", ceiling, "--json")
        self.assertLessEqual(tight["files"][0]["after"], ceiling)
        self.assertTrue(tight["files"][0]["reached"])
        self.assertLess(tight["files"][0]["score"], free["score"])
        self.assertGreater(tight["files"][0]["evaluations"] + tight["files"][0]["encodes"],
                           free["evaluations"])

    def test_table(self):
        source = self.jpeg("photo.jpg")
        out, err = self.limen("optimize", source, self.picture, "-o", "out")
        self.assertEqual(err, "")
        lines = out.decode().splitlines()
        self.assertEqual(lines[0].split(), ["file", "before", "after", "saved", "format", "quality",
                                            "score", "evaluations"])
        self.assertRegex(lines[1], r"photo\.jpg +\S+ kB +\S+ kB +\d+\.\d %  JPEG 4:\d:\d +\S+ +"
                                   r"\d+\.\d\d +\d+$")
        self.assertRegex(lines[2], r"picture\.png .* PNG +\S+ +100\.00 +\d+$")
        self.assertRegex(lines[3], r"^2 files +\S+ kB +\S+ kB +\d+\.\d %$")
        self.assertEqual(len(lines), 4)

    def test_a_file_that_fails_does_not_stop_the_others(self):
        bad = self.write("bad.png", self.picture.read_bytes()[:200])
        out, err = self.limen("optimize", bad, self.picture, "nowhere.jpg", "-o", "out",
                              "--report", "report.html", code=1)
        self.assertEqual(err.count("\n"), 2, err)
        self.assertRegex(err, rf"limen: {re.escape(str(bad))}: truncated: PNG: ")
        self.assertIn("limen: nowhere.jpg: io: ", err)
        self.assertIn(b"1 file ", out)
        self.assertIn("2 files failed", Page(self, self.read("report.html").decode()).text)
        self.assertEqual(self.files(), ["bad.png", "out/picture.png", "picture.png", "report.html"])
        report = self.json("optimize", bad, self.picture, "-o", "out", "--json", code=1)
        self.assertEqual((report["failed"], len(report["files"])), (1, 1))

    def test_threads_change_no_byte(self):
        for i in range(4):
            self.write(f"p{i}.png", pictures.png(50 + i, 40, texture))
        for jobs in (1, 3):
            self.limen("optimize", ".", "-o", f"/{self.folder}/out{jobs}", "--formats", "jpeg",
                       "-j", jobs)
        for path in (self.folder / "out1").iterdir():
            self.assertEqual(path.read_bytes(), (self.folder / "out3" / path.name).read_bytes())

    def test_wrong_usage(self):
        picture = str(self.picture)
        for arguments in ((), (picture,), ("-o", "out"), ("-", "-o", "out"), (picture, "-o", "-"),
                          (picture, "-o", "out", "--target", "good"),
                          (picture, "-o", "out", "--target", "101"),
                          (picture, "-o", "out", "--target", "lossless"),
                          (picture, "-o", "out", "--max-bytes", "0"),
                          (picture, "-o", "out", "--formats", "gif"),
                          (picture, "-o", "out", "--formats", "same,jpeg"),
                          (picture, "-o", "out", "--metadata", "some"),
                          (picture, "-o", "out", "--report", "-"),
                          (picture, "-o", "out", "-j", "-1"), (picture, picture, "-o", "out"),
                          (picture, "-o", ".")):
            with self.subTest(arguments):
                out, err = self.limen("optimize", *arguments, code=2)
                self.assertEqual(out, b"")
                self.assertTrue(err.startswith("limen: "), err)
        self.assertEqual(self.files(), ["picture.png"])


class OptimizeNames(OptimizeTest):
    def setUp(self):
        super().setUp()
        self.small = pictures.png(24, 16, texture)

    def test_folders_keep_their_shape(self):
        for name in ("a/one.png", "a/deep/er/two.PNG", "a/.hidden.png", "a/.git/three.png",
                     "a/text.txt"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            self.write(name, self.small)
        (self.folder / "a" / "loop").symlink_to(self.folder / "a")
        report = self.json("optimize", "a", self.picture, "-o", "out", "--json")
        self.assertEqual([file["file"] for file in report["files"]],
                         ["a/deep/er/two.PNG", "a/one.png", str(self.picture)])
        self.assertEqual([name for name in self.files() if name.startswith("out")],
                         ["out/deep/er/two.PNG", "out/one.png", "out/picture.png"])

    def test_another_format_changes_the_extension(self):
        self.write("one.png", self.small)
        self.write("both.png", self.small)
        self.limen("transform", "one.png", "-o", "both.jpg", "-q", "95")
        self.write("wrong.jpg", self.small)  # a PNG by its content
        self.limen("optimize", "one.png", "both.png", "both.jpg", "-o", "webp", "--formats", "webp")
        self.limen("optimize", "wrong.jpg", "-o", "same")
        self.assertEqual([name for name in self.files() if "/" in name],
                         ["same/wrong.png", "webp/both.jpg.webp", "webp/both.png.webp",
                          "webp/one.webp"])

    def test_a_source_is_replaced_only_when_asked(self):
        source = self.jpeg("photo.jpg")
        before = source.read_bytes()
        (self.folder / "link").symlink_to(self.folder)
        for folder in (".", "./", "link", "out/.."):
            (self.folder / "out").mkdir(exist_ok=True)
            _, err = self.limen("optimize", source, "-o", folder, code=2)
            self.assertIn("--replace", err)
        self.assertEqual(source.read_bytes(), before)
        # Nor by way of another format's name.
        self.write("photo.webp", b"RIFF: precious")
        _, err = self.limen("optimize", source, "photo.webp", "-o", ".", "--formats", "webp", code=2)
        self.assertEqual(self.read("photo.webp"), b"RIFF: precious")
        self.limen("optimize", source, "-o", ".", "--replace")
        self.assertLess(source.stat().st_size, len(before))

    def test_two_of_a_name(self):
        for folder in ("a", "b"):
            (self.folder / folder).mkdir()
            self.write(f"{folder}/one.png", self.small)
        _, err = self.limen("optimize", "a/one.png", "b/one.png", "-o", "out", code=2)
        self.assertIn("two pictures are called one.png", err)
        self.limen("optimize", "a", "b/one.png", "-o", "out", code=2)


class Report(OptimizeTest):
    def page(self, *arguments):
        self.limen("optimize", *arguments, "-o", "out", "--report", "report.html")
        return Page(self, self.read("report.html").decode())

    def picture_of(self, url):
        kind, data = re.match(r"data:image/(\w+);base64,(.*)$", url).groups()
        return self.write(f"shown.{kind}", base64.b64decode(data, validate=True))

    def test_swaps_the_very_pixels(self):
        source = self.jpeg("photo.jpg")
        page = self.page(source, "--formats", "jpeg,webp")
        output = next(name for name in self.files() if name.startswith("out/"))
        for name, file in (("before", source), ("after", output)):
            self.assertEqual(len(page.images[name]), 1)
            self.assertEqual(self.pixels(self.picture_of(page.images[name][0])), self.pixels(file))
        info = self.json("info", self.picture_of(page.images["map"][0]))
        self.assertEqual((info["width"], info["height"]), (120, 90))
        self.assertEqual(page.seen.count("svg"), 1)
        self.assertIn("target 85", page.text)
        self.assertIn("JPEG 4:", page.text)

    def test_a_large_picture_shows_a_window_around_its_worst_block(self):
        # Flat but for a noisy corner, which is where loss shows.
        size = (1000, 700)
        self.write("large.png", pictures.png(
            *size, lambda x, y: texture(x, y) if x > 900 and y > 600 else (90, 120, 150)))
        page = self.page("large.png", "--formats", "jpeg")
        source = self.pixels("large.png")
        shown = self.pixels(self.picture_of(page.images["before"][0]))
        left, top, width, height = size[0] - 720, size[1] - 480, 720, 480
        window = b"".join(source[4 * (y * size[0] + left):4 * (y * size[0] + left + width)]
                          for y in range(top, top + height))
        self.assertEqual(shown, window)
        self.assertIn("Heat map of the whole", page.text)

    def test_turned_and_transparent_sources(self):
        headlong = self.jpeg("headlong.jpg", "--rotate", "180")
        turned = self.write("turned.jpg", pictures.with_orientation(headlong.read_bytes(), 3))
        page = self.page(turned, "--formats", "webp")
        self.assertEqual(self.pixels(self.picture_of(page.images["before"][0])),
                         self.pixels(turned))
        glass = self.write("glass.png", pictures.png(
            40, 30, lambda x, y: (*texture(x, y), 255 if x > 20 else 0), alpha=True))
        page = self.page(glass, "--formats", "jpeg")
        shown = self.pixels(self.picture_of(page.images["before"][0]))
        self.assertEqual(shown[:4], b"\xff\xff\xff\xff")  # as JPEG has it: on white

    def test_names_cannot_break_it(self):
        name = self.write('<b onload="x">&amp;\'\n\udcff.png', pictures.png(24, 16, texture))
        page = self.page(name)
        self.assertNotIn("b", page.seen)
        self.assertIn('<b onload="x">&amp;\'\ufffd\ufffd.png', page.text)

    def test_a_report_that_cannot_be_written(self):
        _, err = self.limen("optimize", self.picture, "-o", "out", "--report", "no/where.html",
                            code=1)
        self.assert_one_line(err, r"^limen: no/where.html: io: ")
        self.assertIn("out/picture.png", self.files())


if __name__ == "__main__":
    tool.main()
