#!/bin/bash
# The machine's first process: network, sshd, the role's services; then it reaps orphans until power is cut or SIGTERM comes.
#   machine-init ROLE ADDRESS GATEWAY
set -euo pipefail

readonly role=$1 address=$2 gateway=$3 service=/usr/local/lib/machine/$1.sh
export HOME=/root SHELL=/bin/bash

shut_down() {
  trap '' TERM
  "$service" stop || true
  sync -f /
  exit 0
}
trap shut_down TERM

# Control groups without inner processes, as version 2 wants them: this machine's own processes sit in a leaf.
for procs in /sys/fs/cgroup/cgroup.procs; do
  [ -e "$procs" ] || continue
  mkdir -p /sys/fs/cgroup/init.scope
  echo 1 > /sys/fs/cgroup/init.scope/cgroup.procs || true
done

ip link set lo up
for _ in $(seq 200); do
  ip link show eth0 >/dev/null 2>&1 && break
  sleep 0.05
done
ip address add "$address/24" dev eth0
ip link set eth0 up
ip route add default via "$gateway"

if [ ! -e /var/lib/machine-prepared ]; then
  # UsePAM is off, and then sshd refuses an account whose password field says locked.
  usermod -p '*' root
  cat > /etc/ssh/sshd_config <<SSHD
Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
MaxSessions 256
MaxStartups 256
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
Subsystem sftp /usr/lib/openssh/sftp-server
PidFile /run/sshd.pid
SSHD
  "$service" prepare "$address" "$gateway"
  sync -f /
  touch /var/lib/machine-prepared
fi

mkdir -p /run/sshd /run/lock /run/user
"$service" start "$address" "$gateway"
/usr/sbin/sshd
echo "machine $(hostname): up"

while :; do
  sleep 3600 &
  wait $! || true
done
