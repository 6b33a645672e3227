#!/bin/sh
# Gets the pinned npm packages and makes web/static/vendor and icons.svg of them.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts
exec node assets.mjs
