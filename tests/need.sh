#!/usr/bin/env bash
# Makes sure that a program is there, and installs it where that is possible.
#
#   tests/need.sh PROGRAM PACKAGE...
#
# Nothing happens when PROGRAM is on the PATH. Otherwise the Debian packages
# named are installed, which takes apt-get and root; without them the exit
# code is 1 and the message says what to install.
set -u -o pipefail

program=${1:?usage: tests/need.sh PROGRAM PACKAGE...}
shift
command -v "$program" >/dev/null && exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "need: \"$program\" is missing: install it (Debian and Ubuntu: apt-get install $*)" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
for attempt in 1 2 3; do
  echo "need: \"$program\" is missing: installing $* (attempt $attempt of 3)" >&2
  apt-get -qq update >&2 &&
    apt-get -qq install -y --no-install-recommends "$@" </dev/null >/dev/null &&
    command -v "$program" >/dev/null && exit 0
  sleep $((attempt * 2)) # a mirror in trouble is given a moment
done
echo "need: \"$program\" could not be installed from $*" >&2
exit 1
