#!/usr/bin/env sh
# Stands in for acme.sh: as much of it as its DNS scripts and Certfleet rely on. Run by itself it shows its help.

_initpath() {
  [ -n "$LE_WORKING_DIR" ] && [ -n "$LE_CONFIG_HOME" ] || return 1
  ACCOUNT_CONF_PATH="${ACCOUNT_CONF_PATH:-$LE_CONFIG_HOME/account.conf}"
  touch "$ACCOUNT_CONF_PATH"
  . "$ACCOUNT_CONF_PATH"
}

# As in acme.sh, what is asked with and where it is written down come from the environment.
_get() {
  ${_ACME_CURL:-true} "$1" >"${HTTP_HEADER:-/dev/null}"
  echo "$1" >>"${LOG_FILE:-/dev/null}"
}

_err() {
  echo "$*" >&2
}

_saveaccountconf_mutable() {
  echo "SAVED_$1='$2'" >>"$ACCOUNT_CONF_PATH"
}

showhelp() {
  echo "Usage: acme.sh <command> ..."
}

main() {
  [ -z "$1" ] && showhelp && return
  echo "called as a program" >&2
  exit 1
}

main "$@"
