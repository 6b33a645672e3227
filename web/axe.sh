#!/bin/sh
# Gets the pinned axe-core from npm, unless it is there: the tests look for
# barriers in the pages with it. Where it can't be had they say so, and fail where
# CI=true.
set -eu
cd "$(dirname "$0")"
pinned=$(sed -n 's/.*"axe-core": "\([^"]*\)".*/\1/p' package.json)
grep -qs "\"version\": \"$pinned\"" node_modules/axe-core/package.json && exit 0
if command -v npm >/dev/null && npm ci --ignore-scripts --silent; then exit 0; fi
echo "axe-core can't be fetched from npm: the pages are not tested for barriers." >&2
[ "${CI:-}" != true ]
