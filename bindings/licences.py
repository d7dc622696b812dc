#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the licences of the libraries that a package of limen's carries: of everything that the named
library loads but what every Linux has, as Debian's copyright files have them.

    licences.py liblimen.so.0 > THIRD_PARTY_LICENCES
"""

import pathlib
import re
import subprocess
import sys

# What no package carries: libc, the compiler's runtime, and limen itself.
SYSTEM = re.compile(r"(linux-vdso|ld-linux|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+|liblimen)[.-]")


def carried(library):
    text = subprocess.run(["ldd", library], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(r"^\s*(\S+) => (/\S+)", text, re.MULTILINE)
    return {pathlib.Path(path).resolve() for name, path in found if not SYSTEM.match(name)}


def package_of(file):
    """The Debian package that has this file, by either of the names that it has where /lib is /usr/lib."""
    for name in (str(file), str(file).removeprefix("/usr")):
        done = subprocess.run(["dpkg-query", "--search", name], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    sys.exit(f"no Debian package has {file}: its licence must be added by hand")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    files = {}
    for file in sorted(carried(sys.argv[1])):
        files.setdefault(package_of(file), []).append(file.name)
    for package, names in sorted(files.items()):
        text = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text(encoding="utf-8")
        print(f"{'=' * 78}\n{package} ({', '.join(names)})\n{'=' * 78}\n\n{text}")


if __name__ == "__main__":
    main()
