#!/usr/bin/env bash
# One server of topology N: an own root file system on an own disk, own address, processes, hostname and sshd.
#
#   server.sh run N NAME ROLE      start it and stay until SIGTERM (the AppHost's resource runs this)
#   server.sh cut|heal N NAME      take its network cable out, put it back
#   server.sh power-off N NAME     kill -9 its first process: every process ends, the disk stays
#   server.sh power-on N NAME      boot it again from that disk, and wait until sshd answers
#   server.sh fill|drain N NAME    fill its disk to the last byte, give the room back
#   server.sh exec N NAME CMD…     run a command inside
#   server.sh address NAME         the last number of its address
set -euo pipefail

readonly here=$(dirname "$(readlink -f "$0")")
readonly root=/var/lib/codeb/topology
readonly disk_size=${CODEB_DISK_SIZE:-6G}

fail() { echo "server $name: $*" >&2; exit 1; }

host_number() {
  case $1 in
    app) echo 11 ;; streaming) echo 12 ;; storage) echo 13 ;; backup) echo 14 ;;
    *) echo $((20 + $(printf %s "$1" | cksum | cut -d' ' -f1) % 200)) ;;
  esac
}

first_process() { [ -s "$dir/first" ] && cat "$dir/first"; }

is_on() { local pid; pid=$(first_process) && [ -d "/proc/$pid" ]; }

await() {
  local what=$1 limit=$2 deadline
  shift 2
  deadline=$((SECONDS + limit))
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "$what: not within $limit s"
    sleep 0.05
  done
}

sshd_answers() {
  local greeting=''
  { exec 7<>"/dev/tcp/$address/22" && read -r -t 1 greeting <&7; exec 7>&-; } 2>/dev/null
  [[ $greeting == SSH-* ]]
}

make_disk() {
  [ -e "$dir/disk.img" ] && return
  mkdir -p "$dir/disk"
  truncate -s "$disk_size" "$dir/disk.img"
  mkfs.ext4 -q -F -m 0 -E lazy_itable_init=1,lazy_journal_init=1 "$dir/disk.img"
}

make_host_key() {
  [ -e "$dir/host_key" ] || ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$dir/host_key"
}

# Its own branch in every hierarchy, seen from inside as the whole tree: containers nest in it and go with it.
enter_cgroup() {
  local mount base
  for mount in $(findmnt -rn -o TARGET -t cgroup,cgroup2); do
    base=$mount/codeb$n-$name
    mkdir -p "$base" 2>/dev/null || continue
    # Version 1 starts a cpuset empty, and nobody can enter it then.
    if [ "${mount##*/}" = cpuset ]; then
      cat "$mount/cpuset.cpus" > "$base/cpuset.cpus"
      cat "$mount/cpuset.mems" > "$base/cpuset.mems"
    fi
    echo "$1" > "$base/cgroup.procs" 2>/dev/null || true
  done
}

boot() {
  rm -f "$dir/first"
  ip link delete "cb$n-$name" 2>/dev/null || true
  (
    enter_cgroup "$BASHPID"
    # The machine dies with this supervisor, even by kill -9: unshare gets the signal and takes its child along.
    exec env -i CODEB_MACHINE="$n/$name" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
      setsid setpriv --pdeathsig KILL unshare -n -m -u -p -i -C --fork --kill-child \
      "$here/machine.sh" "$dir" "$name" "$role" "$address" "$gateway" </dev/null
  ) &
  machine=$!
  await "its first process" 10 find_first
  # The cable: one end on the bridge, the other inside as eth0.
  ip link add "cb$n-$name" type veth peer name eth0 netns "$(first_process)"
  ip link set "cb$n-$name" master "cb$n" up
}

# The child of unshare, known by its network namespace: before unshare runs, the same process has other children.
find_first() {
  local pid network
  kill -0 "$machine" 2>/dev/null || fail "did not start"
  pid=$(pgrep -P "$machine" | head -1)
  network=$(readlink "/proc/${pid:-none}/ns/net") || return 1
  [ "$network" != "$(readlink /proc/self/ns/net)" ] && echo "$pid" > "$dir/first"
}

stop() {
  trap '' TERM INT
  local pid
  if is_on; then
    pid=$(first_process)
    kill -TERM "$pid" 2>/dev/null || true
    timeout 12 tail -f /dev/null --pid="$pid" -s 0.05 || kill -9 "$pid" 2>/dev/null || true
  fi
  [ -z "${machine:-}" ] || kill -9 "$machine" 2>/dev/null || true
  wait 2>/dev/null || true
  ip link delete "cb$n-$name" 2>/dev/null || true
  find /sys/fs/cgroup -depth -type d -path "*/codeb$n-$name*" -exec rmdir {} + 2>/dev/null || true
  rm -rf --one-file-system "$dir"
  exit 0
}

run() {
  role=$1
  trap stop TERM INT
  "$here/../Topology/topology.sh" network "$n"
  mkdir -p "$dir"
  make_disk
  make_host_key
  while :; do
    boot
    echo "server $name: $address, disk $disk_size"
    wait "$machine" || true
    # Power is gone; the machine stays dark until somebody turns it on again.
    echo "server $name: off"
    rm -f "$dir/first"
    until [ -e "$dir/power-on" ]; do sleep 0.1 & wait $! || true; done
    rm -f "$dir/power-on"
  done
}

inside() {
  local pid
  pid=$(first_process) || fail "is off"
  nsenter -t "$pid" -m -u -n -p -i -C -r -w env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LANG=C.UTF-8 CODEB_MACHINE="$n/$name" "$@"
}

power_off() {
  local pid
  pid=$(first_process) || fail "is off already"
  kill -9 "$pid"
  await "its end" 10 is_off
}

is_off() { ! is_on; }

power_on() {
  is_on && fail "is on already"
  touch "$dir/power-on"
  await "sshd on $address:22" 20 sshd_answers
}

fill() {
  # The big part at once, then block by block: the journal and the metadata move the border.
  inside sh -c 'fallocate -l "$(df --output=avail -B1 / | tail -1)" /var/fill 2>/dev/null; cat /dev/zero >> /var/fill.rest 2>/dev/null; sync; true'
}

drain() { inside rm -f /var/fill /var/fill.rest; }

command=${1:-}
name=${3:-${2:-}}
[ "$command" = address ] && { host_number "$name"; exit; }
[ $# -ge 3 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2; }
n=$2
shift 3
dir=$root/$n/$name
address=198.18.$n.$(host_number "$name")
gateway=198.18.$n.1
case $command in
  run) run "$@" ;;
  cut) ip link set "cb$n-$name" down ;;
  heal) ip link set "cb$n-$name" up ;;
  power-off) power_off ;;
  power-on) power_on ;;
  fill | drain) "$command" ;;
  exec) inside "$@" ;;
  *) fail "unknown command '$command'" ;;
esac
