#!/usr/bin/env bash
# Stands in for passage, which Debian does not package: the commands that the store uses, over the real age, with passage's files
# and variables. Says and answers what passage does.
umask 077
store="${PASSAGE_DIR:-$HOME/.passage/store}"
identities="${PASSAGE_IDENTITIES_FILE:-$HOME/.passage/identities}"
command="$1"
shift
while [[ ${1:-} == -?* ]]; do
  [[ $1 == -- ]] && { shift; break; }
  shift
done
case "$command" in
  show)
    [[ -f $store/$1.age ]] || { echo "Error: $1 is not in the password store." >&2; exit 1; }
    exec age -d -i "$identities" "$store/$1.age"
    ;;
  insert)
    mkdir -p "$store/$(dirname -- "$1")"
    age -e -i "$identities" -o "$store/$1.age" || { echo "Password encryption aborted." >&2; exit 1; }
    ;;
  rm)
    rm -f "$store/$1.age"
    ;;
  mv)
    mv -f "$store/$1.age" "$store/$2.age"
    ;;
  *)
    exit 1
    ;;
esac
