#!/bin/sh
# Another symbol could clash with the engine's own copy of a library; a missing one breaks a plugin at load.
set -eu
nm="$1"
library="$2"
exported=$("$nm" -D --defined-only "$library" | awk '{print $3}' | sort)
strangers=$(printf '%s\n' "$exported" | grep -v '^lsd_' || true)
if [ -n "$strangers" ]; then
  printf 'exported, but not of the C ABI:\n%s\n' "$strangers"
  exit 1
fi
header="$(dirname "$0")/../include/lsd/lsd.h"
declared=$(sed -n 's/^LSD_API .*[ *]\(lsd_[a-z_0-9]*\)(.*/\1/p' "$header" | sort)
if [ "$declared" != "$exported" ]; then
  printf 'declared:\n%s\nexported:\n%s\n' "$declared" "$exported"
  exit 1
fi
