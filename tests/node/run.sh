#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh project tests|types|example …: what install.sh has put there.
set -eu
cd "$1"
what=$2
shift 2
command -v node >/dev/null || { echo "there is no Node here"; exit 77; }
case $what in
  tests) exec node --expose-gc --test test/*.test.mjs ;;
  types) exec node_modules/.bin/tsc --project test/types ;;
  example) exec node examples/responsive.mjs "$@" ;;
esac
