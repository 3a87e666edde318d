#!/bin/sh
# Runs `python3 -m services "$@"` with a Python that is new enough; installs Debian's where there is none.
set -eu
cd "$(dirname "$0")/.."

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  for candidate in "${PYTHON:-python3}" /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

python=$(find_python)
if [ -z "$python" ]; then
  if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; }; then
    echo 'Wanted: Python 3.11 or newer. To install it, apt-get and either root or sudo are needed.' >&2
    exit 1
  fi
  echo 'Installing Python (Debian packages python3, python3-venv)'
  as_root sh services/install_packages.sh python3 python3-venv
  python=$(find_python)
fi
[ -n "$python" ] || { echo 'Python 3.11 or newer is needed.' >&2; exit 1; }
exec "$python" -m services "$@"
