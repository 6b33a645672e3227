#!/bin/sh
# Writes a line in colour every second, some of them to stderr.
n=0
while :; do
    n=$((n + 1))
    printf '\033[90m%s\033[0m \033[32mINFO\033[0m  request %d served in %d ms\n' "$(date +%T)" "$n" $((n % 37))
    [ $((n % 7)) -eq 0 ] && printf '\033[90m%s\033[0m \033[33mWARN\033[0m  queue depth %d\n' "$(date +%T)" $((n * 3))
    [ $((n % 20)) -eq 0 ] && printf '\033[90m%s\033[0m \033[31mERROR\033[0m 无法连接数据库，稍后重试\n' "$(date +%T)" >&2
    sleep 1
done
