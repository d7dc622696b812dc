#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Peers by their ordinary packages, below the folder given. What cannot be had is left out: bench.py
# names it as missing.
set -eu

peers=$1
here=$(dirname "$0")
mkdir -p "$peers/node"

test -x "$peers/venv/bin/python" || python3 -m venv "$peers/venv"
pip() { "$peers/venv/bin/pip" --disable-pip-version-check install -q "$@"; }
pip numpy
# pillow-simd ships no wheel and is compiled here; only one of the two can be installed.
"$peers/venv/bin/python" -c 'import PIL' 2>/dev/null || CC="cc -mavx2" pip pillow-simd || pip Pillow
pip pyvips pyvips-binary || echo "pyvips: not installed"
pip opencv-python-headless || echo "OpenCV: not installed"

if ! command -v npm >/dev/null; then
  echo "sharp: not installed, for there is no npm"
elif [ ! -d "$peers/node/node_modules/sharp" ]; then
  (cd "$peers/node" && npm install --silent --no-audit --no-fund sharp) ||
    echo "sharp: not installed"
fi

if command -v cargo >/dev/null; then
  cargo build -q --release --target-dir "$peers/cargo" \
    --manifest-path "$here/crates/Cargo.toml" || echo "crates: not built"
else
  echo "fast_image_resize, pic-scale: not built, for there is no cargo"
fi

if command -v go >/dev/null; then
  rm -rf "$peers/prefix"
  cmake --install "$peers/../release" --prefix "$peers/prefix" >/dev/null
  whole=$(cd "$peers" && pwd)
  for name in limen_go limen_cgo; do
    (cd "$here/runners/$name" &&
      PKG_CONFIG_PATH="$whole/prefix/lib/pkgconfig" CGO_LDFLAGS="-Wl,-rpath,$whole/prefix/lib" \
        go build -o "$whole/$name" .) || echo "$name: not built"
  done
  for name in imaging vips; do
    (cd "$here/runners/go_peers" && go build -o "$whole/go_$name" "./$name") ||
      echo "Go's $name: not built"
  done
fi

# limen's own packages, where `make test` has packed them.
for wheel in "$peers"/../python/repaired/*.whl; do
  test -e "$wheel" || { echo "limen's Python package: not built"; break; }
  pip --force-reinstall --no-deps "$wheel"
done
for package in "$peers"/../node/packed/*.tgz; do
  test -e "$package" || { echo "limen's Node package: not built"; break; }
  # Both at once: the one with the library is an optional part of the other.
  (cd "$peers/node" && npm install --silent --no-audit --no-fund --no-save sharp \
    ../../node/packed/*.tgz) || echo "limen's Node package: not installed"
  break
done
