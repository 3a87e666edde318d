#!/bin/sh
# Installs Debian packages, as root. Servers among them are neither started now nor at the next boot:
# the catalogue runs its own, on ports of its own. What was there before stays as it was.
#
#   install_packages.sh PACKAGE...        `one|other` is the first that apt knows
set -eu

policy=/usr/sbin/policy-rc.d  # Debian asks it before it starts a service
saved=$policy.before-catalogue
servers='rabbitmq-server postgresql epmd.socket epmd.service'

forbid_starting() {
  if [ ! -e "$saved" ] && { [ -e "$policy" ] || [ -L "$policy" ]; }; then
    mv "$policy" "$saved"
  fi
  trap allow_starting EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_starting() {
  rm -f "$policy"
  if [ -e "$saved" ] || [ -L "$saved" ]; then
    mv "$saved" "$policy"
  fi
}

installed() {
  [ -e "/etc/init.d/$1" ] || [ -e "/lib/systemd/system/$1" ] || [ -e "/lib/systemd/system/$1.service" ]
}

disable() {
  if [ -e "/etc/init.d/$1" ]; then
    update-rc.d "$1" disable >/dev/null
  elif command -v systemctl >/dev/null; then
    systemctl --quiet disable "$1" 2>/dev/null
  fi
}

new=
for server in $servers; do
  installed "$server" || new="$new $server"
done

forbid_starting
export DEBIAN_FRONTEND=noninteractive
# A list that can't be renewed may still do.
apt-get update --quiet=2 || echo 'apt-get update failed; going on with the list that is there' >&2

known() {
  apt-cache show "$1" >/dev/null 2>&1
}

for package; do
  shift
  while [ "${package#*|}" != "$package" ] && ! known "${package%%|*}"; do
    package=${package#*|}
  done
  set -- "$@" "${package%%|*}"
done
apt-get install --yes --quiet=2 --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null

for server in $new; do
  if installed "$server"; then
    disable "$server" || true
  fi
done
