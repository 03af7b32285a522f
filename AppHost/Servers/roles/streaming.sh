#!/bin/bash
# The streaming server: a container engine for WebSocket servers.
set -euo pipefail
. "$(dirname "$0")/containers.sh"

prepare() { prepare_containers; }

start() { :; }

stop() { stop_containers; }

"$@"
