#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Times limen's metric beside the program of its authors, on the same pixels in one run:
#
#   git clone https://github.com/cloudinary/ssimulacra2 TREE      # needs Highway, Little CMS, libjpeg, libpng
#   cmake --preset release && ninja -C build/release limen_static
#   benchmarks/peers/ssimulacra2.sh TREE [FILES…]
#
# TREE is built as it comes, in TREE/build, with its own flags (-O3). limen's instruction set is the
# best of the machine, or LIMEN_SIMD_TARGET.
set -eu
if [ $# -lt 1 ]; then
  sed -n '4,8s/^# \{0,1\}//p' "$0"
  exit 2
fi
tree=$(cd "$1" && pwd)
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
limen=$root/build/release
if [ ! -e "$tree/build/ssimulacra2" ]; then
  cmake -G Ninja -S "$tree/src" -B "$tree/build" -DCMAKE_BUILD_TYPE=Release >"$tree/build.log"
  ninja -C "$tree/build" ssimulacra2 >>"$tree/build.log"
fi
c++ -std=c++20 -O2 -DNDEBUG -o "$tree/build/ssimulacra2_peers" \
  -I"$root" -I"$root/include" -I"$tree" -I"$tree/src" -I"$tree/src/lib/include" \
  -I"$tree/build/lib/include" "$root/benchmarks/peers/ssimulacra2.cc" \
  "$tree/build/CMakeFiles/ssimulacra2.dir/ssimulacra2.cc.o" "$limen/lib/liblimen_static.a" \
  "$tree/build/lib/libjxl_extras-static.a" "$tree/build/lib/libjxl.a" \
  "$tree/build/lib/libjxl_threads.a" \
  $(pkg-config --libs libhwy lcms2 libjpeg libpng libwebp libwebpmux libwebpdemux libavif) -lz -lpthread
"$tree/build/ssimulacra2_peers" "$@"
