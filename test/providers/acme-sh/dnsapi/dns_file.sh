#!/usr/bin/env sh
# A DNS script as acme.sh has them, which keeps its records in a file.

dns_file_add() {
  _file_check || return 1
  grep -qxF -- "$1 $2" "$RECORDS" || printf '%s %s\n' "$1" "$2" >>"$RECORDS"
}

dns_file_rm() {
  _file_check || return 1
  grep -vxF -- "$1 $2" "$RECORDS" >"$RECORDS.new"
  mv "$RECORDS.new" "$RECORDS"
}

_file_check() {
  _get https://dns.example
  if [ "$FILE_Token" != file-token-0123 ]; then
    _err "The token $FILE_Token is wrong."
    return 1
  fi
  _saveaccountconf_mutable FILE_Token "$FILE_Token"
}
