#!/bin/sh
# Builds and runs one fuzz target: native/fuzz/run.sh NAME [RUNS] [libFuzzer options]. Needs clang.
set -eu
name=${1:?which target: cid, cid_rx, pulse_rx}
runs=${2:-10000000}
[ $# -gt 2 ] && shift 2 || shift $#
here=$(cd "$(dirname "$0")" && pwd)
build=${CTI_FUZZ_BUILD:-$here/../../build/fuzz}
mkdir -p "$build/found-$name"
# shellcheck disable=SC2046
clang -std=c11 -O2 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -ffp-contract=off \
    -I"$here/../include" -I"$here/../src" "$here/fuzz_$name.c" \
    $(find "$here/../src/base" "$here/../src/cid" "$here/../src/modem" "$here/../src/tone" "$here/../src/line" -name '*.c') \
    -lm -o "$build/fuzz_$name"
exec "$build/fuzz_$name" -runs="$runs" -print_final_stats=1 "$@" "$build/found-$name" "$here/corpus/$name"
