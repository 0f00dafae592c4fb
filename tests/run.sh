#!/usr/bin/env bash
# Checks every Go module of this repository; the databases are there already
# (tests/engines.sh sees to that). `make help` lists the usual ways to call it.
#
#   tests/run.sh test    gofmt, go vet and go test in every module
#   tests/run.sh soak    the same with the long tests (ALCHEMY_TEST_SOAK=1)
#   tests/run.sh lint    golangci-lint in every module
#   tests/run.sh docs    the Examples, and the tests of README.md and docs/
#
# Every module is visited even after one has failed; the exit code is 0 only
# if nothing did.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1

# Keep the linter's version here alone: CI and `make lint` both come this way.
readonly linter=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

failures=()

# attempt NAME CMD... runs a command and remembers NAME if it fails.
attempt() {
  local name=$1
  shift
  echo "--- $name"
  "$@" && return 0
  echo "--- FAIL $name" >&2
  failures+=("$name")
}

# modules prints the directory of every go.mod, the root first.
modules() {
  find . -name .git -prune -o -name testdata -prune -o -name node_modules -prune -o -name go.mod -printf '%h\n' | sort
}

formatted() {
  local files
  files=$(gofmt -l .) || return 1
  [ -z "$files" ] && return 0
  printf 'not formatted, run gofmt -w on:\n%s\n' "$files" >&2
  return 1
}

# nameless: only internal/dialect knows a database by name. Elsewhere code asks
# that package for a capability, so that a new database is added there alone.
# Tests and programs have to say what they connect to, and the conformance
# suite must not ask the code under test what to expect of a database.
nameless() {
  local found
  found=$(grep -rnE --include='*.go' --exclude='*_test.go' \
    '"(postgres|mysql|mariadb|sqlite|sqlserver|oracle)"' . |
    grep -vE '^\./(internal/dialect/|tests/|examples/|benchmarks/|alchemytest/conformance/capability\.go)')
  [ -z "$found" ] && return 0
  printf 'a database by name outside internal/dialect:\n%s\n' "$found" >&2
  return 1
}

# in_memory puts the files that tests make, SQLite databases above all, into
# memory where there is enough: they are thrown away, and a commit needn't wait
# for a disk. What Go builds stays on the disk.
in_memory() {
  local free
  [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] || return 0
  free=$(df --output=avail -k /dev/shm | tail -n 1)
  [ "$free" -gt 1000000 ] || return 0
  export GOTMPDIR=${GOTMPDIR:-/tmp} TMPDIR=/dev/shm
}

# SQLite in pure Go is C by translation: the race detector has nothing to find
# in it and makes it ten times slower.
readonly uninstrumented=('-gcflags=modernc.org/...=-race=false' '-gcflags=github.com/glebarez/go-sqlite=-race=false')

# test_modules TIMEOUT vets and tests them all. The race detector and one of
# the SQLite drivers are C: a compiler is needed.
test_modules() {
  attempt "C compiler" tests/need.sh gcc gcc libc6-dev
  export CGO_ENABLED=1
  in_memory
  attempt "gofmt" formatted
  attempt "no database by name" nameless
  local module
  for module in $(modules); do
    attempt "go vet in $module" go vet -C "$module" ./...
    attempt "go test in $module" go test -C "$module" -race "${uninstrumented[@]}" -shuffle=on -count=1 -timeout "$1" ./...
  done
  # What the README starts with: it has to run where no C compiler is.
  attempt "quickstart without cgo" env CGO_ENABLED=0 go run -C examples ./quickstart
}

lint_modules() {
  local module
  attempt "no database by name" nameless
  for module in $(modules); do
    attempt "lint in $module" env -C "$module" go run "$linter" run ./...
  done
}

document_modules() {
  local module
  for module in $(modules); do
    attempt "Examples and docs in $module" go test -C "$module" -count=1 -run '^(Example|TestREADME|TestPage|TestDocs)' ./...
  done
}

summary() {
  if [ ${#failures[@]} -eq 0 ]; then
    echo "=== all passed"
    return 0
  fi
  {
    echo "=== ${#failures[@]} failed:"
    printf '      %s\n' "${failures[@]}"
  } >&2
  return 1
}

main() {
  command -v go >/dev/null || { echo "run: go is missing: see https://go.dev/dl" >&2; return 1; }
  case ${1:-test} in
    test) test_modules 14m ;;
    soak) ALCHEMY_TEST_SOAK=1 test_modules 90m ;;
    lint) lint_modules ;;
    docs) document_modules ;;
    *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2; return 2 ;;
  esac
  summary
}

main "$@"
