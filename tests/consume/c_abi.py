#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What limen.h promises to programs that are built already, as text: each function with its types, each
struct with its fields' places on LP64, each constant with its value. `c_abi.py HEADER --cc CC` prints
it; run.py compares it with c_abi.txt, where any change has to be written down."""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def declarations(header, compiler):
    """limen.h's own declarations without comments, macros and line breaks."""
    text = subprocess.run([compiler, "-x", "c", "-std=c99", "-E", str(header)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    own, is_own = [], False
    for line in text.splitlines():
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            is_own = pathlib.Path(marker.group(1)).name == pathlib.Path(header).name
        elif is_own:
            own.append(line)
    flat = re.sub(r"\s+", " ", " ".join(own))
    flat = re.sub(r"__attribute__ ?\(\(visibility ?\(\"default\"\)\)\) ?", "", flat)
    parts, depth, start = [], 0, 0
    for i, character in enumerate(flat):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ";" and depth == 0:
            parts.append(flat[start:i].strip())
            start = i + 1
    return parts


def fields_of(body):
    """Names of a struct's fields: of `int32_t x, y` both, of a function pointer the name in it."""
    for field in filter(None, (part.strip() for part in body.split(";"))):
        pointer = re.match(r".*?\(\*(\w+)\)", field)
        if pointer:
            yield pointer.group(1), field
            continue
        first, *others = field.split(",")
        kind = re.match(r"(.*?)(\w+)$", first.strip())
        yield kind.group(2), (kind.group(1).strip() + " " + kind.group(2))
        for other in others:
            yield other.strip(), kind.group(1).strip() + " " + other.strip()


def measured(header, compiler, structs, constants):
    """Sizes, offsets and values, as a program of theirs finds them."""
    lines = ["#include <stddef.h>", "#include <stdio.h>", f'#include "{header.resolve()}"',
             "int main(void) {"]
    for name, fields in structs.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field, _ in fields:
            lines.append(f'printf("{name}.{field} %zu %zu\\n", offsetof({name}, {field}), '
                         f"sizeof((({name}*)0)->{field}));")
    for name in constants:
        lines.append(f'printf("{name} %d\\n", (int){name});')
    lines.append("return 0; }")
    with tempfile.TemporaryDirectory(prefix="limen-abi-") as folder:
        source = pathlib.Path(folder, "measure.c")
        source.write_text("\n".join(lines), encoding="utf-8")
        program = pathlib.Path(folder, "measure")
        subprocess.run([compiler, "-std=c99", str(source), "-o", str(program)], check=True)
        output = subprocess.run([str(program)], check=True, stdout=subprocess.PIPE,
                                text=True).stdout
    found = {}
    for line in output.splitlines():
        name, *numbers = line.split()
        found[name] = numbers
    return found


def describe(header, compiler):
    """(the text, names of the functions)."""
    functions, types, structs, constants = {}, [], {}, ["LIMEN_C_ABI_VERSION"]
    for part in declarations(header, compiler):
        part = part.removeprefix('extern "C" {').strip()
        struct = re.match(r"typedef struct \w+ \{(.*)\} (\w+)$", part)
        enum = re.match(r"enum \{(.*)\}$", part)
        function = re.match(r"[^()]*?\b(limen_\w+)\(", part)
        if struct:
            structs[struct.group(2)] = list(fields_of(struct.group(1)))
        elif enum:
            constants += [item.split("=")[0].strip() for item in enum.group(1).split(",") if item.strip()]
        elif part.startswith("typedef"):
            types.append(part)
        elif function:
            functions[function.group(1)] = re.sub(r"\s*([(),*])\s*", r"\1", part)
        elif part:
            sys.exit(f"{header}: cannot read: {part}")
    numbers = measured(header, compiler, structs, constants)
    lines = [f"{name} = {numbers[name][0]}" for name in constants]
    lines += types
    for name, fields in structs.items():
        lines.append(f"struct {name}: {numbers[name][0]} bytes")
        for field, declaration in fields:
            offset, size = numbers[f"{name}.{field}"]
            lines.append(f"  {name}.{field} at {offset}, {size} bytes: {declaration}")
    lines += [functions[name] for name in sorted(functions)]
    return "\n".join(lines) + "\n", set(functions)


# What would break programs that are built already, and what would only be new.
CHANGES = {
    "a field's type": ("int32_t jpeg_quality;", "int64_t jpeg_quality;"),
    "fields' order": ("  int32_t offset_x, offset_y;", "  int32_t offset_y, offset_x;"),
    "a field in padding": ("  int32_t tile; ", "  int32_t tile, more; "),
    "a constant's value": ("LIMEN_FIT_OUTSIDE = 4", "LIMEN_FIT_OUTSIDE = 5"),
    "a parameter's type": ("limen_outputs_count(const limen_outputs* outputs)",
                           "limen_outputs_count(limen_outputs* outputs)"),
    "a returned type": ("LIMEN_C_API size_t limen_buffer_size", "LIMEN_C_API int limen_buffer_size"),
    "a callback's type": ("typedef int32_t (*limen_write_function)(void* opaque, size_t index",
                          "typedef int32_t (*limen_write_function)(void* opaque, int index"),
    "a function less": ("LIMEN_C_API void limen_plan_free(limen_plan* plan);", ""),
    "a function more": ("LIMEN_C_API void limen_plan_free(limen_plan* plan);",
                        "LIMEN_C_API void limen_plan_free(limen_plan* plan); void limen_new(void);"),
}


def self_test(header, compiler):
    text = header.read_text(encoding="utf-8")
    before = describe(header, compiler)[0]
    missed = []
    with tempfile.TemporaryDirectory(prefix="limen-abi-") as folder:
        changed = pathlib.Path(folder, header.name)
        for what, (old, new) in CHANGES.items():
            if text.count(old) != 1:
                missed.append(f"{what}: '{old}' is not in the header once")
                continue
            changed.write_text(text.replace(old, new), encoding="utf-8")
            if describe(changed, compiler)[0] == before:
                missed.append(f"{what}: not seen")
        changed.write_text(text.replace("/*", "/* again:"), encoding="utf-8")
        if describe(changed, compiler)[0] != before:
            missed.append("comments: taken for a change")
    print("\n".join(missed) if missed else f"{len(CHANGES)} changes seen")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("header", type=pathlib.Path)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--self-test", action="store_true", help="change things: all must be seen")
    arguments = parser.parse_args()
    if arguments.self_test:
        sys.exit(self_test(arguments.header, arguments.cc))
    sys.stdout.write(describe(arguments.header, arguments.cc)[0])
