#!/bin/bash
# The backup server: room for backup sets and the WAL archive under /opt/codeb. It runs no service of its own.
set -euo pipefail

case $1 in
  prepare) mkdir -p /opt/codeb && chmod 700 /opt/codeb ;;
  start | stop) ;;
esac
