#!/bin/sh
# Builds colead for C and runs everything that C and C++ see of it:
#   headers alone in every dialect, exported symbols against the header, the programs under sanitizers.
# CC, CXX and CARGO choose the tools; CARGO_TARGET_DIR is honored.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
CC=${CC:-cc}
CXX=${CXX:-c++}
CARGO=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-$root/target}
work="$target/c-tests"
mkdir -p "$work"

warnings="-Wall -Wextra -Wpedantic -Werror"
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g"

echo "headers alone"
for dialect in c11 c17 c2x; do
  printf '#include "colead.h"\ncolead_status f(void) { return COLEAD_OK; }\n' >"$work/alone.c"
  "$CC" -std=$dialect $warnings -Wstrict-prototypes -Iinclude -fsyntax-only "$work/alone.c"
done
for header in colead.h $(cd include && ls colead.hpp colead/*.hpp); do
  printf '#include "%s"\n#include "%s"\ncolead_status f() { return COLEAD_OK; }\n' $header $header >"$work/alone.cpp"
  "$CXX" -std=c++17 $warnings -Iinclude -fsyntax-only "$work/alone.cpp"
done

echo "misuse of handles that must not compile"
refuse() {
  printf '#include "colead.h"\nvoid f(colead_error *error, const colead_evidence *evidence);\n%s\n' "$1" >"$work/misuse.c"
  if "$CC" -std=c11 $warnings -Iinclude -fsyntax-only "$work/misuse.c" 2>/dev/null; then
    echo "compiles, but must not: $1" >&2
    exit 1
  fi
}
refuse 'void f(colead_error *error, const colead_evidence *evidence) { colead_string_free(error); (void)evidence; }'
refuse 'void f(colead_error *error, const colead_evidence *evidence) { colead_evidence_free(evidence); (void)error; }'
refuse 'void f(colead_error *error, const colead_evidence *evidence) { colead_tally_free(error); colead_tally_merge(evidence, evidence, &error); }'
refuse 'void f(colead_error *error, const colead_evidence *evidence) { colead_error copy = *error; (void)copy; (void)evidence; }'

echo "exported symbols"
"$CARGO" build -q -p colead-ffi
case "$(uname -s)" in
  Darwin) library="$target/debug/libcolead_ffi.dylib"; nm -gU "$library" | awk '{print $3}' | sed 's/^_//' ;;
  *) library="$target/debug/libcolead_ffi.so"; nm -D --defined-only "$library" | awk '{print $3}' ;;
esac | grep '^colead_' | sort >"$work/exported"
# Every name before a parenthesis outside comments is a function; the fields of the Arrow structs are not ours.
"$CC" -std=c11 -Iinclude -E -P "$root/include/colead.h" | grep -o 'colead_[a-z0-9_]* *(' | tr -d ' (' | sort -u >"$work/declared"
diff "$work/declared" "$work/exported" || { echo "the header (<) and the library (>) differ" >&2; exit 1; }
test -s "$work/declared"

echo "the library exports nothing without the feature c-api"
"$CARGO" build -q -p colead-ffi --no-default-features
if nm -D --defined-only "$target/debug/libcolead_ffi.so" 2>/dev/null | grep ' colead_'; then exit 1; fi

echo "programs under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer"
"$CARGO" build -q -p colead-ffi --features test-panic
archive="$target/debug/libcolead_ffi.a"
system="-lpthread -ldl -lm"
posix="-std=c11 -D_POSIX_C_SOURCE=200809L"
for part in stream files; do
  "$CC" $posix $warnings $sanitize -Iinclude -c tests/c/$part.c -o "$work/$part.o"
done
support="$work/stream.o $work/files.o"
for program in test_colead test_main_job vectors; do
  "$CC" $posix $warnings $sanitize -Iinclude tests/c/$program.c $support "$archive" $system -o "$work/$program"
done
"$CXX" -std=c++17 $warnings $sanitize -Iinclude tests/cpp/test_colead.cpp $support "$archive" $system -o "$work/test_cpp"
"$CXX" -std=c++17 -fno-exceptions $warnings $sanitize -Iinclude tests/cpp/test_colead.cpp $support "$archive" $system -o "$work/test_cpp_noexcept"
"$CXX" -std=c++17 $warnings $sanitize -Iinclude tests/cpp/vectors.cpp $support "$archive" $system -o "$work/vectors_cpp"
"$CC" $posix $warnings $sanitize -Iinclude examples/c/main_job.c "$archive" $system -o "$work/main_job"
"$CXX" -std=c++17 $warnings $sanitize -Iinclude examples/cpp/main_job.cpp "$archive" $system -o "$work/main_job_cpp"
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 RUST_BACKTRACE=0
run() {
  "$work/$@" 2>"$work/$1.err" || { cat "$work/$1.err" >&2; exit 1; }
}
run test_colead
run test_main_job
run test_cpp
run test_cpp_noexcept
run vectors tests/vectors
run vectors_cpp tests/vectors

echo "the main job gives the same bytes from Rust, C and C++"
for arguments in "examples/harbour" "examples/harbour examples/challenge.json"; do
  "$CARGO" run -q -p colead --example assess -- $arguments >"$work/rust.txt"
  run main_job $arguments >"$work/c.txt"
  run main_job_cpp $arguments >"$work/cpp.txt"
  test -s "$work/rust.txt"
  cmp "$work/rust.txt" "$work/c.txt"
  cmp "$work/rust.txt" "$work/cpp.txt"
done
# A refused call ends with a message and a status, not with a leak.
for program in main_job main_job_cpp; do
  if "$work/$program" tests/vectors/assess/bad_cell 2>"$work/$program.err"; then exit 1; fi
  grep -q 'is not a count (at facts, row 1, column n); give zero' "$work/$program.err"
done
