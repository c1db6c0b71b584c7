#!/usr/bin/env bash
# Unpacks Debian's Exim beside the MTA of this machine (the packages exclude each other), and
# prints where the program is. A second run finds nothing to do.
set -euo pipefail
place=/opt/listmill-exim
program=$place/usr/sbin/exim4

if ! [ -x "$program" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  chmod 755 "$folder"
  cd "$folder"
  apt-get update -qq >&2 || true
  apt-get download -qq -o APT::Sandbox::User=root exim4-daemon-light >&2
  # Its libraries, without the rest of what it depends on.
  depends=$(dpkg-deb -f ./exim4-daemon-light_*.deb Depends | grep -o 'lib[a-z0-9.+-]*' | sort -u)
  # shellcheck disable=SC2086 # a word each
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=120 --no-install-recommends $depends >/dev/null
  mkdir -p "$place"
  dpkg -x ./exim4-daemon-light_*.deb "$place"
  # No program of ours gains rights here.
  chmod 0755 "$program"
fi
# It looks for the user that it was built for before it reads any configuration.
getent passwd Debian-exim >/dev/null ||
  useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin Debian-exim
"$program" -C /dev/null -bV >/dev/null
echo "$program"
