# Where the hooks of the tests keep their records: a line "NAME VALUE" for each, in the file that RECORDS names.
has() {
  grep -qxF -- "$1 $2" "$RECORDS"
}
add() {
  has "$1" "$2" || printf '%s %s\n' "$1" "$2" >>"$RECORDS"
}
remove() {
  grep -vxF -- "$1 $2" "$RECORDS" >"$RECORDS.new" || : none is left
  mv "$RECORDS.new" "$RECORDS"
}
