#!/bin/sh
# Does not listen to SIGTERM: supervisord has to kill it.
trap 'echo "SIGTERM? not now"' TERM
while :; do sleep 1; done
