#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How the limen tool behaves: exit codes, its line on standard error, whole outputs, JSON."""
import json
import os
import pathlib
import pty
import re
import select
import subprocess

import pictures
import tool


class Version(tool.ToolTest):
    def test_text(self):
        self.assertRegex(self.limen("--version")[0].decode(), r"^limen \d+\.\d+\.\d+\n$")

    def test_json_lists_codecs_and_targets(self):
        version = self.json("--version", "--json")
        self.assertEqual([c["format"] for c in version["codecs"]], ["jpeg", "png", "webp", "avif"])
        for codec in version["codecs"]:
            self.assertRegex(codec["library"], r"^lib\S+ \d+\.\d+")
        self.assertIn(version["simd_target"], version["simd_targets"])


class Info(tool.ToolTest):
    def test_one_file_is_an_object(self):
        info = self.json("info", self.picture)
        expected = {"file": str(self.picture), "bytes": self.picture.stat().st_size,
                    "format": "png", "width": 96, "height": 64, "orientation": 1,
                    "upright_width": 96, "upright_height": 64, "frames": 1, "bit_depth": 8,
                    "color_model": "rgb", "has_alpha": False, "chroma": None, "icc": None,
                    "cicp": None, "quality_estimate": None, "progressive": False, "exif": False,
                    "xmp": False, "iptc": False, "gain_map": False}
        self.assertEqual({key: info[key] for key in expected}, expected)

    def test_jpeg(self):
        self.limen("transform", self.picture, "-o", "a.jpg", "-q", "71", "--chroma", "420")
        turned = self.write("b.jpg",
                            pictures.with_orientation((self.folder / "a.jpg").read_bytes(), 6))
        info = self.json("info", turned)
        self.assertEqual((info["width"], info["height"]), (96, 64))
        self.assertEqual((info["upright_width"], info["upright_height"]), (64, 96))
        self.assertEqual(info["orientation"], 6)
        self.assertEqual(info["quality_estimate"], 71)
        self.assertEqual(info["chroma"], "4:2:0")
        self.assertTrue(info["exif"])

    def test_several_files_are_an_array_and_one_that_fails_is_left_out(self):
        bad = self.write("bad.jpg", b"\xff\xd8\xff\xe0not really")
        out, err = self.limen("info", self.picture, bad, self.picture, code=1)
        self.assertEqual([entry["file"] for entry in json.loads(out)], [str(self.picture)] * 2)
        self.assert_one_line(err, rf"^limen: {re.escape(str(bad))}: (malformed|truncated): JPEG: \S")

    def test_standard_input(self):
        info = self.json("info", "-", stdin=self.picture.read_bytes())
        self.assertEqual((info["file"], info["width"]), ("-", 96))

    def test_the_content_decides_not_the_name(self):
        self.assertEqual(self.json("info", self.write("a.jpg", self.picture.read_bytes()))["format"],
                         "png")


class Errors(tool.ToolTest):
    def test_one_line_naming_file_kind_and_format(self):
        whole = self.picture.read_bytes()
        cases = {"cut.png": (whole[:200], r"truncated: PNG: "),
                 "header.png": (whole[:17] + b"\0" * 8 + whole[25:], r"malformed: PNG: "),
                 "a.gif": (b"GIF89a" + bytes(40), r"unsupported: .*GIF"),
                 "text.jpg": (b"just some text, no picture", r"unsupported: "),
                 "empty.webp": (b"", r"truncated: ")}
        for name, (data, pattern) in cases.items():
            with self.subTest(name):
                self.write(name, data)
                out, err = self.limen("transform", name, "-o", "out.png", code=1)
                self.assertEqual(out, b"")
                self.assert_one_line(err, rf"^limen: {name}: {pattern}")
                self.assertNotIn("out.png", self.files())

    def test_a_file_that_is_not_there_and_a_folder(self):
        self.assert_one_line(self.limen("info", "nowhere.jpg", code=1)[1],
                             r"^limen: nowhere.jpg: io: ")
        self.assert_one_line(self.limen("info", ".", code=1)[1], r"^limen: \.: io: ")

    def test_a_name_with_a_newline_stays_one_line(self):
        self.write("two\nlines.jpg", b"no picture")
        self.assert_one_line(self.limen("info", "two\nlines.jpg", code=1)[1],
                             r"^limen: two\?lines.jpg: unsupported: ")

    def test_limits(self):
        for option in ("--max-pixels=100", "--max-side=50", "--max-input-bytes=10",
                       "--max-memory=1000"):
            with self.subTest(option):
                _, err = self.limen("transform", self.picture, "-o", "out.png", option, code=1)
                self.assert_one_line(err, r"limit exceeded: .*\d+ .*asked, \d+ allowed$")
        self.assertEqual(self.files(), ["picture.png"])
        _, err = self.limen("info", "-", "--max-input-bytes=10", code=1,
                            stdin=self.picture.read_bytes())
        self.assert_one_line(err, r"^limen: -: limit exceeded: ")

    def test_wrong_usage(self):
        picture = str(self.picture)
        transform = ("transform", picture, "-o", "out.jpg")
        for arguments in ((), ("frobnicate",), ("info",), ("info", picture, "--nope"),
                          ("transform", picture), ("transform", picture, "-o", "out.gif"),
                          (*transform, "--width", "-5"), (*transform, "--width", "many"),
                          (*transform, "--fit", "squeeze"), (*transform, "--gravity", "up"),
                          (*transform, "-q", "101"), (*transform, "-q", "nan"),
                          (*transform, "-q", "score:0"), (*transform, "-q", "score:x"),
                          (*transform, "-q", "perfect"), (*transform, "-q", ""),
                          (*transform, "-q", "80", "--max-bytes", "9"),
                          (*transform, "--max-bytes", "0"), (*transform, "--formats", "jpeg"),
                          (*transform, "--accept", "image/webp"),
                          (*transform, "--format", "auto", "--formats", "gif"),
                          (*transform, "--format", "auto", "--accept", "text/html"),
                          (*transform, "-q", "lossless"), (*transform, "--worst-block", "101"),
                          (*transform, "--lossless"), (*transform, "--format", "gif"),
                          (*transform, "--recipe", "w=abc"), (*transform, "--recipe", "nokey=1"),
                          (*transform, "--recipe", "w=10", "--width", "10"),
                          (*transform, "--crop", "1,2,3"), (*transform, "--background", "mauvish"),
                          (*transform, "--overlay", picture, "--overlay-opacity", "2"),
                          (*transform, "--picture", "nofile"),
                          ("transform", picture, picture, "-o", "out.jpg"),
                          ("transform", picture, "-o", "-", "--json"),
                          ("srcset", picture, "-o", "set"),
                          ("srcset", picture, "-o", "set", "--widths", "0"),
                          ("srcset", picture, "-o", "set", "--widths", "10,x"),
                          ("srcset", picture, "-o", "set", "--widths", "10", "--formats", "gif"),
                          ("srcset", picture, picture, "-o", "set", "--widths", "10"),
                          ("decode", picture, "-o", "out.bmp"),
                          ("info", picture, "--threads", "-1")):
            with self.subTest(arguments):
                out, err = self.limen(*arguments, code=2)
                self.assertEqual(out, b"")
                self.assertTrue(err.startswith("limen: "), err)
        self.assertEqual(self.files(), ["picture.png"])

    def test_help(self):
        for arguments in (("--help",), ("transform", "--help"), ("srcset", "-h")):
            out, err = self.limen(*arguments)
            self.assertIn(b"--help", out)
            self.assertEqual(err, "")


class Outputs(tool.ToolTest):
    def test_a_failure_leaves_what_was_there(self):
        old = self.write("out.jpg", b"precious")
        bad = self.write("bad.png", self.picture.read_bytes()[:300])
        self.limen("transform", bad, "-o", old, code=1)
        self.assertEqual(old.read_bytes(), b"precious")
        self.assertEqual(self.files(), ["bad.png", "out.jpg", "picture.png"])

    def test_a_success_replaces_it_and_leaves_nothing_beside_it(self):
        old = self.write("out.jpg", b"precious")
        self.limen("transform", self.picture, "-o", old)
        self.assertEqual(old.read_bytes()[:2], b"\xff\xd8")
        self.assertEqual(self.files(), ["out.jpg", "picture.png"])

    def test_a_folder_that_is_not_there(self):
        _, err = self.limen("transform", self.picture, "-o", "no/where/out.jpg", code=1)
        self.assert_one_line(err, r"io: no/where/out.jpg: ")

    def test_a_full_device_is_an_error_and_stays_a_device(self):
        if not pathlib.Path("/dev/full").exists():
            self.skipTest("no /dev/full")
        _, err = self.limen("transform", self.picture, "-o", "/dev/full", code=1)
        self.assert_one_line(err, r": io: /dev/full: ")
        self.assertTrue(pathlib.Path("/dev/full").is_char_device())

    def test_a_link_stays_a_link(self):
        target = self.write("target.jpg", b"old")
        link = self.folder / "link.jpg"
        link.symlink_to(target)
        self.limen("transform", self.picture, "-o", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_bytes()[:2], b"\xff\xd8")

    def test_standard_input_and_output(self):
        self.limen("transform", self.picture, "-o", "file.webp", "--width", "40")
        out, err = self.limen("transform", "-", "-o", "-", "--width", "40", "--format", "webp",
                              stdin=self.picture.read_bytes())
        self.assertEqual(out, (self.folder / "file.webp").read_bytes())
        self.assertEqual(err, "")

    def test_several_files_into_a_folder(self):
        other = self.write("other.png", pictures.png(20, 10, pictures.gradient))
        self.limen("transform", self.picture, other, "-o", "out/", "--format", "jpeg", "--width", "8")
        self.assertEqual(self.files(), ["other.png", "out/other.jpg", "out/picture.jpg",
                                        "picture.png"])


class Transform(tool.ToolTest):
    def sizes(self, *arguments):
        report = self.json("transform", self.picture, "-o", "out.png", "--json", *arguments)
        return report["width"], report["height"]

    def test_format_by_option_name_and_source(self):
        for output, options, kind in (("a.webp", (), "webp"), ("a.JPG", (), "jpeg"),
                                      ("a.avif", ("--effort", "0"), "avif"), ("a", (), "png"),
                                      ("a.jpg", ("--format", "png"), "png"),
                                      ("a.jpg", ("--recipe", "force_format=webp"), "webp")):
            with self.subTest(output=output, options=options):
                self.limen("transform", self.picture, "-o", output, *options)
                self.assertEqual(self.json("info", output)["format"], kind)

    def test_sizes(self):
        self.assertEqual(self.sizes("--width", "48"), (48, 32))
        self.assertEqual(self.sizes("--width", "30", "--height", "30"), (30, 30))
        self.assertEqual(self.sizes("--width", "30", "--height", "30", "--fit", "inside"), (30, 20))
        self.assertEqual(self.sizes("--width", "500"), (96, 64))
        self.assertEqual(self.sizes("--width", "192", "--enlarge"), (192, 128))
        self.assertEqual(self.sizes("--width", "24", "--dpr", "2"), (48, 32))
        self.assertEqual(self.sizes("--rotate", "-90"), (64, 96))
        self.assertEqual(self.sizes("--crop", "10,10,20,30"), (20, 30))
        self.assertEqual(self.sizes("--recipe", "w=40&h=40&func=crop"), (40, 40))

    def test_loss_is_invisible_where_no_quality_is_named(self):
        self.limen("transform", self.picture, "-o", "default.jpg")
        self.limen("transform", self.picture, "-o", "invisible.jpg", "--recipe", "q=invisible")
        self.limen("transform", self.picture, "-o", "eighty.jpg", "-q", "80")
        self.limen("transform", self.picture, "-o", "twenty.jpg", "-q", "20")
        read = lambda name: (self.folder / name).read_bytes()
        self.assertEqual(read("default.jpg"), read("invisible.jpg"))
        self.assertLess(len(read("twenty.jpg")), len(read("eighty.jpg")))

    def test_overlay(self):
        mark = self.write("mark.png", pictures.png(8, 8, lambda x, y: (255, 0, 0, 255), alpha=True))
        white = self.write("white.png", pictures.png(40, 40, lambda x, y: (255, 255, 255)))
        self.limen("transform", white, "-o", "out.png", "--overlay", mark, "--overlay-gravity",
                   "southeast", "--overlay-width", "10%", "--overlay-pad", "5%")
        self.limen("decode", "out.png", "-o", "out.rgba")
        pixels = (self.folder / "out.rgba").read_bytes()
        red = [(i % 40, i // 40) for i in range(1600)
               if pixels[4 * i:4 * i + 3] == b"\xff\x00\x00"]
        self.assertEqual((min(red), max(red), len(red)), ((34, 34), (37, 37), 16))
        _, err = self.limen("transform", white, "-o", "no.png", "--overlay", "nowhere.png", code=1)
        self.assert_one_line(err, r"^limen: nowhere.png: io: ")
        self.limen("transform", white, "-o", "query.png", "--recipe",
                   "wat=1&wat_url=logo&wat_gravity=southeast&wat_scale=10p&wat_pad=5p", "--picture",
                   f"logo={mark}")
        self.assertEqual((self.folder / "query.png").read_bytes(),
                         (self.folder / "out.png").read_bytes())

    def test_report(self):
        report = self.json("transform", self.picture, "-o", "out.webp", "--json", "--width", "50")
        self.assertEqual(report["output"], "out.webp")
        self.assertEqual(report["bytes"], (self.folder / "out.webp").stat().st_size)
        self.assertEqual(report["source_decodes"], 1)
        self.assertEqual(set(report["milliseconds"]),
                         {"decode", "orient", "color", "resize", "compose", "search", "encode"})
        self.assertGreater(report["peak_bytes"], 0)


class Plan(tool.ToolTest):
    def test_agrees_with_transform(self):
        options = ("--width", "30", "--height", "40", "--rotate", "90")
        plan = self.json("plan", self.picture, *options)
        report = self.json("transform", self.picture, "-o", "out.png", "--json", *options)
        self.assertEqual(plan["output"], {"width": report["width"], "height": report["height"]})
        self.assertEqual(plan["upright"], {"width": 96, "height": 64})
        self.assertEqual(plan["steps"][0], "decode")
        self.assertEqual(plan["steps"][-1], "encode")
        self.assertIn("width=30", plan["recipe"])

    def test_same_recipe_same_key(self):
        by_options = self.json("plan", self.picture, "--width", "30")
        by_query = self.json("plan", self.picture, "--recipe", "w=30&org_if_sml=1")
        self.assertEqual(by_options["recipe"], by_query["recipe"])


class Srcset(tool.ToolTest):
    def test_files_and_element(self):
        out, err = self.limen("srcset", self.picture, "-o", "set", "--widths", "48,24", "--formats",
                              "jpeg,webp", "--alt", 'A "b" & c', "--url-prefix", "/img/")
        self.assertEqual(err, "")
        self.assertEqual(self.files(), ["picture.png", "set/picture-24.jpg", "set/picture-24.webp",
                                        "set/picture-48.jpg", "set/picture-48.webp"])
        self.assertEqual(out.decode(), """<picture>
  <source type="image/webp" srcset="/img/picture-24.webp 24w, /img/picture-48.webp 48w" sizes="100vw">
  <img src="/img/picture-48.jpg" srcset="/img/picture-24.jpg 24w, /img/picture-48.jpg 48w" \
sizes="100vw" width="48" height="32" alt="A &quot;b&quot; &amp; c" loading="lazy">
</picture>
""")
        for width in (24, 48):
            info = self.json("info", f"set/picture-{width}.webp")
            self.assertEqual((info["width"], info["height"]), (width, width * 2 // 3))

    def test_one_decode_and_the_bytes_of_single_calls(self):
        report = self.json("srcset", self.picture, "-o", "set", "--widths", "24,48", "--formats",
                           "jpeg,png", "--json")
        self.assertEqual([v["source_decodes"] for v in report["variants"]], [1] * 4)
        for variant in report["variants"]:
            self.limen("transform", self.picture, "-o", "single", "--width", variant["width"],
                       "--format", variant["format"])
            self.assertEqual((self.folder / "single").read_bytes(),
                             (self.folder / variant["output"]).read_bytes())

    def test_a_width_beyond_the_picture_is_skipped_and_says_so(self):
        _, err = self.limen("srcset", self.picture, "-o", "set", "--widths", "48,200", "--formats",
                            "png")
        self.assert_one_line(err, r"picture.png: width 200 skipped")
        self.assertEqual(self.files(), ["picture.png", "set/picture-48.png"])
        report = self.json("srcset", self.picture, "-o", "other", "--widths", "200,300", "--json",
                           "--formats", "png")
        self.assertEqual(report["skipped_widths"], [200, 300])
        self.assertEqual([v["output"] for v in report["variants"]], ["other/picture-96.png"])

    def test_aspect_and_placeholder(self):
        out, _ = self.limen("srcset", self.picture, "-o", "set", "--widths", "32", "--formats",
                            "jpeg", "--aspect", "1:1", "--placeholder")
        self.assertIn(b'width="32" height="32"', out)
        self.assertRegex(out.decode(), r'style="background: #[0-9a-f]{6} url\(data:image/webp;base64,')

    def test_a_file_that_fails_does_not_stop_the_others(self):
        bad = self.write("bad.png", b"\x89PNG\r\n\x1a\nrubbish")
        out, err = self.limen("srcset", bad, self.picture, "-o", "set", "--widths", "24",
                              "--formats", "jpeg", code=1)
        self.assertEqual(out.count(b"<picture>"), 1)
        self.assertIn("limen: " + str(bad), err)
        self.assertIn("set/picture-24.jpg", self.files())

    def test_standard_input(self):
        self.limen("srcset", "-", "-o", "set", "--widths", "24", "--formats", "jpeg", "--name", "cat",
                   stdin=self.picture.read_bytes())
        self.assertEqual(self.files(), ["picture.png", "set/cat-24.jpg"])

    def test_threads_change_no_byte(self):
        names = []
        for i in range(5):
            names.append(self.write(f"p{i}.png",
                                    pictures.png(40 + i, 30, lambda x, y, i=i: (x, y, i * 20))))
        for threads in (1, 4):
            self.limen("srcset", *names, "-o", f"set{threads}", "--widths", "16,32", "--formats",
                       "jpeg,webp", "--threads", threads)
        for path in (self.folder / "set1").iterdir():
            self.assertEqual(path.read_bytes(), (self.folder / "set4" / path.name).read_bytes())
        self.assertEqual(len(list((self.folder / "set4").iterdir())), 20)


class Decode(tool.ToolTest):
    def test_rgba(self):
        self.limen("decode", self.picture, "-o", "out.rgba", "--as-stored")
        expected = b"".join(bytes((*pictures.gradient(x, y), 255)) for y in range(64)
                            for x in range(96))
        self.assertEqual((self.folder / "out.rgba").read_bytes(), expected)
        out, _ = self.limen("decode", "-", "-o", "-", "--to", "rgba", stdin=self.picture.read_bytes())
        self.assertEqual(out, expected)

    def test_pam_keeps_16_bits(self):
        deep = self.write("deep.png", pictures.png(5, 3, lambda x, y: (x * 1000 + 1, y * 257 + 3, 65535),
                                                   depth=16))
        self.limen("decode", deep, "-o", "out.pam")
        fields, samples = pictures.read_pam((self.folder / "out.pam").read_bytes())
        self.assertEqual(fields, {"WIDTH": "5", "HEIGHT": "3", "DEPTH": "3", "MAXVAL": "65535",
                                  "TUPLTYPE": "RGB"})
        expected = b"".join(v.to_bytes(2, "big") for y in range(3) for x in range(5)
                            for v in (x * 1000 + 1, y * 257 + 3, 65535))
        self.assertEqual(samples, expected)

    def test_png_comes_back(self):
        self.limen("decode", self.picture, "-o", "again.png")
        self.limen("decode", self.picture, "-o", "a.rgba")
        self.limen("decode", "again.png", "-o", "b.rgba")
        self.assertEqual((self.folder / "a.rgba").read_bytes(), (self.folder / "b.rgba").read_bytes())

    def test_upright_or_as_stored(self):
        self.limen("transform", self.picture, "-o", "a.jpg", "-q", "90")
        turned = self.write("turned.jpg",
                            pictures.with_orientation((self.folder / "a.jpg").read_bytes(), 3))
        self.limen("decode", "a.jpg", "-o", "plain.rgba")
        self.limen("decode", turned, "-o", "stored.rgba", "--as-stored")
        self.limen("decode", turned, "-o", "upright.rgba")
        read = lambda name: (self.folder / name).read_bytes()
        self.assertEqual(read("stored.rgba"), read("plain.rgba"))
        pixels = [read("plain.rgba")[i:i + 4] for i in range(0, 96 * 64 * 4, 4)]
        self.assertEqual(read("upright.rgba"), b"".join(reversed(pixels)))

    def test_a_damaged_file_only_when_asked(self):
        cut = self.write("cut.png", self.picture.read_bytes()[:-60])
        self.limen("decode", cut, "-o", "out.rgba", code=1)
        self.assertNotIn("out.rgba", self.files())
        _, err = self.limen("decode", cut, "-o", "out.rgba", "--best-effort")
        self.assertIn("out.rgba", self.files())
        self.assertTrue(err.startswith("limen: "))


class Progress(tool.ToolTest):
    def arguments(self):
        other = self.write("other.png", pictures.png(20, 10, pictures.gradient))
        return (tool.LIMEN, "srcset", self.picture, other, "-o", self.folder / "set", "--widths",
                "8", "--formats", "jpeg")

    def test_none_in_a_pipe(self):
        done = subprocess.run(self.arguments(), capture_output=True, check=True)
        self.assertEqual(done.stderr, b"")

    def test_a_bar_at_a_terminal(self):
        master, terminal = pty.openpty()
        with subprocess.Popen(self.arguments(), stdout=subprocess.DEVNULL, stderr=terminal) as running:
            os.close(terminal)
            shown = b""
            while select.select([master], [], [], 60)[0]:
                try:
                    data = os.read(master, 4096)
                except OSError:  # the other end is closed
                    break
                if not data:
                    break
                shown += data
            self.assertEqual(running.wait(60), 0)
        os.close(master)
        self.assertIn(b"] 1/2", shown)
        self.assertIn(b"] 2/2", shown)


if __name__ == "__main__":
    tool.main()
