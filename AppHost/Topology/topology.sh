#!/usr/bin/env bash
# A topology is one numbered set of servers on this machine: the bridge cb<N>, the network 198.18.<N>.0/24 and the
# directory /var/lib/codeb/topology/<N>. It belongs to the process that claimed it and goes when that process is gone.
#
#   topology.sh claim PID [CHECKOUT]   take a free number for the process PID and print it
#   topology.sh network N              bring up the bridge and the guard (each server calls this; the first one does it)
#   topology.sh remove N               end everything of topology N and leave nothing behind
#   topology.sh sweep [CHECKOUT]       remove the topologies whose owner is dead; with CHECKOUT also those it runs with `up`
#   topology.sh list                   a line per topology: number, owner, alive or dead, checkout
set -euo pipefail

readonly root=/var/lib/codeb/topology
readonly here=$(dirname "$(readlink -f "$0")")

fail() { echo "topology: $*" >&2; exit 1; }

# The directory itself is the lock, so that no lock file stays behind.
locked() { exec 9</var/lib; flock "${1:--x}" 9; }

# A process is told from a later one with the same number by its start time (field 22 of stat, after the name's bracket).
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

owner_alive() {
  local pid start checkout
  [ -s "$root/$1/owner" ] || return 1
  read -r pid start checkout < "$root/$1/owner"
  [ "$(started "$pid")" = "$start" ]
}

numbers() { [ ! -d "$root" ] || ls "$root" | grep -E '^[0-9]+$' | sort -n || true; }

claim() {
  local pid=$1 checkout=${2:-} n
  for n in $(seq 1 250); do
    if [ -e "$root/$n" ]; then
      owner_alive "$n" && continue
      remove "$n"
    fi
    # An address of this network that is in use on the machine belongs to somebody else.
    ip -o -4 address show | grep -q " 198\.18\.$n\." && continue
    mkdir -p "$root/$n"
    chmod 711 /var/lib/codeb "$root" "$root/$n"
    echo "$pid $(started "$pid") $checkout" > "$root/$n/owner"
    ssh-keygen -q -t ed25519 -N '' -C "codeb-$n" -f "$root/$n/id_ed25519"
    echo "$n"
    return
  done
  fail "every number from 1 to 250 is taken; see: $0 list"
}

network() {
  local n=$1 pid
  [ -d "$root/$n" ] || fail "$n is not claimed"
  # Nothing meant for a server that is down may leave the machine by the default route.
  ip route show table main | grep -q '^blackhole 198.18.0.0/15' \
    || ip route add blackhole 198.18.0.0/15 metric 4294967294 2>/dev/null || true
  if ! ip link show "cb$n" >/dev/null 2>&1; then
    ip link add "cb$n" type bridge
    ip address add "198.18.$n.1/24" dev "cb$n"
    ip link set "cb$n" up
  fi
  read -r pid _ < "$root/$n/owner"
  if ! { [ -s "$root/$n/guard" ] && kill -0 "$(cat "$root/$n/guard")" 2>/dev/null; }; then
    setsid "$here/topology.sh" guard "$n" "$pid" </dev/null >/dev/null 2>&1 9>&- &
    echo $! > "$root/$n/guard"
  fi
}

# Waits for the owner's end, in a session of its own so that it outlives whatever ends the owner.
guard() {
  tail -f /dev/null --pid="$2" -s 0.3
  locked
  [ -d "$root/$1" ] && ! owner_alive "$1" && remove "$1"
}

# The supervisors of topology N by their command line, and what runs inside by its environment.
processes() {
  {
    pgrep -f "^(/usr/bin/|/bin/)?bash [^ ]*/(server|control-database)\.sh run $1( |\$)" || true
    grep -lazE "^CODEB_MACHINE=$1/" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 || true
  } | sort -un
}

remove() {
  local n=$1 dir=$root/$1 pid server deadline
  [[ $n =~ ^[0-9]+$ ]] || fail "'$n' is no topology number"
  if [ -s "$dir/guard" ] && pid=$(cat "$dir/guard") && [ "$pid" != "$$" ]; then
    kill_tree "$pid" "guard $n "
  fi
  deadline=$((SECONDS + 30))
  while [ -n "$(processes "$n")" ]; do
    processes "$n" | xargs -r kill -9 2>/dev/null || true
    [ $SECONDS -lt $deadline ] || fail "processes of topology $n do not end: $(processes "$n" | xargs)"
    sleep 0.05
  done
  # The control database ends with its supervisor, though not at the same moment, and writes until it has ended.
  while pid=$(pgrep -o -f "/postgres -D $dir/control/data( |\$)"); do
    kill -QUIT "$pid" 2>/dev/null || true
    [ $SECONDS -lt $deadline ] || fail "the control database of topology $n does not end: $pid"
    sleep 0.1
  done
  ip -o link show type veth 2>/dev/null | sed -nE "s/^[0-9]+: (cb$n-[a-z]+)@.*/\1/p" | xargs -r -n1 ip link delete 2>/dev/null || true
  ip link delete "cb$n" 2>/dev/null || true
  # A machine's mounts live in its own mount namespace and went with it, and the loop device with them.
  # A group can go only when everything in it that was killed has ended.
  for _ in $(seq 100); do
    find /sys/fs/cgroup -depth -type d -path "*/codeb$n-*" -exec rmdir {} + 2>/dev/null || true
    [ -n "$(find /sys/fs/cgroup -type d -path "*/codeb$n-*" -print -quit 2>/dev/null)" ] || break
    sleep 0.1
  done
  rm -rf --one-file-system "$dir"
  if [ -z "$(numbers)" ]; then
    ip route delete blackhole 198.18.0.0/15 metric 4294967294 2>/dev/null || true
    rmdir "$root" /var/lib/codeb 2>/dev/null || true
  fi
}

kill_tree() {
  if tr '\0' ' ' < "/proc/$1/cmdline" 2>/dev/null | grep -q -- "$2"; then kill -9 -- "-$1" 2>/dev/null || true; fi
}

sweep() {
  local n pid start checkout
  for n in $(numbers); do
    pid='' checkout=''
    [ -s "$root/$n/owner" ] && read -r pid start checkout < "$root/$n/owner"
    if owner_alive "$n"; then
      [ -n "${1:-}" ] && [ "$checkout" = "$1" ] || continue
      # Its owner cleans up in an orderly way, for which it needs the lock; what it does not manage in time is removed here.
      flock -u 9
      kill -TERM "$pid" 2>/dev/null || true
      timeout 40 tail -f /dev/null --pid="$pid" -s 0.2 || kill -9 "$pid" 2>/dev/null || true
      flock -x 9
    fi
    [ ! -e "$root/$n" ] || owner_alive "$n" || remove "$n"
    echo "removed topology $n"
  done
}

list() {
  local n pid start checkout
  for n in $(numbers); do
    pid=- checkout=-
    [ -s "$root/$n/owner" ] && read -r pid start checkout < "$root/$n/owner"
    echo "$n $pid $(owner_alive "$n" && echo alive || echo dead) ${checkout:--}"
  done
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
  claim | network | remove | sweep) locked; "$command" "$@" ;;
  guard | list) "$command" "$@" ;;
  *) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
