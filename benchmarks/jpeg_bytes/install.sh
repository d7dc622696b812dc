#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `make bench-bytes` compares with, below the folder of `make bench`'s peers; bench_bytes.py names
# what cannot be had.
set -eu

peers=$1
here=$(dirname "$0")
mkdir -p "$peers/node"

test -x "$peers/venv/bin/python" || python3 -m venv "$peers/venv"
pip() { "$peers/venv/bin/pip" --disable-pip-version-check install -q "$@"; }
pip numpy
"$peers/venv/bin/python" -c 'import PIL' 2>/dev/null || pip Pillow

if command -v cargo >/dev/null; then
  cargo build -q --release --target-dir "$peers/jpegli" \
    --manifest-path "$here/jpegli/Cargo.toml" || echo "jpegli: not built"
else
  echo "jpegli: not built, for there is no cargo"
fi

if ! command -v npm >/dev/null; then
  echo "sharp: not installed, for there is no npm"
elif [ ! -d "$peers/node/node_modules/sharp" ]; then
  (cd "$peers/node" && npm install --silent --no-audit --no-fund sharp) ||
    echo "sharp: not installed"
fi
