#!/usr/bin/env bash
# Builds the sample's images, which takes time only when the sample has changed, and loads them into servers of topology N.
#   sample-images.sh N SERVER…
set -euo pipefail

[ $# -ge 2 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2; }
readonly n=$1 here=$(dirname "$(readlink -f "$0")")
readonly images=$(readlink -m "$here/../../artifacts/images")
shift

"$here/../../samples/Guestbook/build-image.sh" "$images"
# One image after the other in a server: the second shares the first one's layers.
load() {
  local image
  for image in "$images"/*.tar; do
    "$here/../Servers/server.sh" exec "$n" "$1" podman load --quiet < "$image"
  done
}
for server in "$@"; do
  load "$server" &
done
wait
for server in "$@"; do
  "$here/../Servers/server.sh" exec "$n" "$server" podman image exists localhost/guestbook:v1
  "$here/../Servers/server.sh" exec "$n" "$server" podman image exists localhost/guestbook:v2
done

# The streaming server serves the sample's WebSocket room, /ws, on its port 80.
case " $* " in
  *" streaming "*)
    "$here/../Servers/server.sh" exec "$n" streaming \
      podman run --detach --replace --name broadcast --network host --restart on-failure --env PORT=80 --user 0 localhost/guestbook:v1
    ;;
esac
