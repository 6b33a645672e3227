#!/bin/sh
# Ends after a moment with the status that is asked for.
echo "starting" ; sleep "${2:-0.5}"
echo "cannot open /srv/pay/conf/keys: permission denied" >&2
exit "$1"
