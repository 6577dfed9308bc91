#!/bin/sh
# Builds and runs one fuzz target: native/fuzz/run.sh NAME [RUNS] [libFuzzer options]. Needs clang.
set -eu
name=${1:?which target: cid, cid_rx, ear, engine, fax_line, fax_modem, hdlc, hdlc_mend, pulse_rx, t30, t30_frames, t4, voice}
runs=${2:-10000000}
[ $# -gt 2 ] && shift 2 || shift $#
here=$(cd "$(dirname "$0")" && pwd)
build=${CTI_FUZZ_BUILD:-$here/../../build/fuzz}
mkdir -p "$build/found-$name"
cmake -S "$here/.." -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release -DCTI_FUZZ=ON \
  -DCMAKE_C_FLAGS="${CTI_FUZZ_FLAGS:-}" >"$build/cmake.log"
cmake --build "$build" --target "fuzz_$name" >"$build/build.log" || { cat "$build/build.log"; exit 1; }
export ASAN_OPTIONS="${ASAN_OPTIONS:-quarantine_size_mb=4}" # what one input has freed, none behind it reads
exec "$build/fuzz_$name" -runs="$runs" -print_final_stats=1 "$@" "$build/found-$name" "$here/corpus/$name"
