#!/bin/sh
# Copies finished pieces of the embedded server's log into its archive, and fetches them back. PostgreSQL runs a copy of
# this in the data folder, for every piece, as its own account: so it needs nothing but the system's own programs, which
# every account can run.
#
# Usage: archiving.sh store PATH NAME | archiving.sh fetch NAME PATH

folder=${0%/*}

refuse() {
    echo "$1" >&2
    exit "${2:-1}"
}

unpacked() {
    case $1 in
    *.gz) gzip -d -c <"$1" ;;
    *) cat <"$1" ;;
    esac
}

store() {
    [ -e "$folder/archive" ] || exit 0 # archiving was ended while the server runs
    IFS= read -r archive <"$folder/archive" || refuse "$folder/archive does not name the archive"
    for stored in "$archive/wal/$2" "$archive/wal/$2.gz"; do
        [ -e "$stored" ] || continue
        # Stored by a try whose success the server did not see; another piece is never replaced.
        unpacked "$stored" | cmp -s - "$1" && exit 0
        refuse "$stored is there already and is another: the archive belongs to another ledger"
    done
    stored=$archive/wal/$2
    if command -v gzip >/dev/null; then
        stored=$stored.gz
        gzip -1 -n -c <"$1" >"$stored.part" || exit 1
    else
        cp "$1" "$stored.part" || exit 1
    fi
    # Only when it is on the disk, under its name, may the server let go of it.
    sync "$stored.part" && mv "$stored.part" "$stored" && sync "$archive/wal" || exit 1
}

fetch() {
    IFS= read -r archive <"$folder/restored-from" || exit 1
    # A piece that the archive does not have ends the log; more than 125 ends the restoring.
    [ -e "$archive/wal/." ] || refuse "$archive/wal cannot be reached" 200
    for stored in "$archive/wal/$1" "$archive/wal/$1.gz"; do
        [ -e "$stored" ] || continue
        unpacked "$stored" >"$2" || refuse "$stored is damaged or cannot be read" 200
        exit 0
    done
    exit 1
}

"$@"
