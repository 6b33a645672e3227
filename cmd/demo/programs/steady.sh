#!/bin/sh
# Runs for ever and says little.
echo "started with pid $$"
exec tail -f /dev/null
