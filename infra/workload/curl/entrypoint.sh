#!/bin/sh
# Arguments are curl's, unless the first one names a program.
case "${1:-}" in
-*) exec curl "$@" ;;
esac
command -v "${1:-curl}" > /dev/null 2>&1 && exec "$@"
exec curl "$@"
