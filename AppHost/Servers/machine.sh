#!/usr/bin/env bash
# Runs as the first process of new namespaces: builds the machine's root file system, turns into it and starts its init.
#   machine.sh DIRECTORY NAME ROLE ADDRESS GATEWAY
set -euo pipefail

readonly dir=$1 name=$2 role=$3 address=$4 gateway=$5
readonly here=$(dirname "$(readlink -f "$0")")
readonly disk=$dir/disk new=$dir/disk/root

mount --make-rprivate /
mount -o loop,discard "$dir/disk.img" "$disk"
mkdir -p "$disk/upper" "$disk/work" "$disk/containers" "$new"

# The host lends its programs and nothing else. A 0/0 character device in the upper layer hides the entry below it.
hide() {
  local path
  for path in "$@"; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    [ -e "$disk/upper$path" ] || [ -c "$disk/upper$path" ] && continue
    mkdir -p "$disk/upper$(dirname "$path")"
    mknod "$disk/upper$path" c 0 0
  done
}

if [ ! -e "$disk/prepared" ]; then
  for entry in /* /.[!.]*; do
    case $entry in /bin | /sbin | /lib | /lib32 | /lib64 | /libx32 | /usr | /etc | /var) ;; *) hide "$entry" ;; esac
  done
  for entry in /var/*; do
    case $entry in /var/lib) ;; *) hide "$entry" ;; esac
  done
  for entry in /var/lib/*; do
    case $entry in /var/lib/dpkg | /var/lib/ucf | /var/lib/pam | /var/lib/systemd) ;; *) hide "$entry" ;; esac
  done
  hide /usr/local /etc/caddy /etc/redis /etc/postgresql /etc/prometheus /etc/cron.d /etc/ssh/sshd_config.d /etc/ssh/ssh_host_*
fi

mount -t overlay overlay -o "lowerdir=/,upperdir=$disk/upper,workdir=$disk/work" "$new"

if [ ! -e "$disk/prepared" ]; then
  cd "$new"
  mkdir -p dev proc sys run tmp mnt home opt srv root/.ssh usr/local/bin usr/local/sbin etc/caddy/sites etc/ssh \
    var/cache var/log var/spool var/tmp var/backups var/lib/{caddy,postgresql,redis,containers} var/log/{postgresql,redis,caddy}
  chmod 700 root root/.ssh
  chmod 1777 tmp var/tmp
  ln -sfn /run var/run
  ln -sfn /run/lock var/lock
  chown postgres:postgres var/lib/postgresql var/log/postgresql 2>/dev/null || true
  chown redis:redis var/lib/redis var/log/redis 2>/dev/null || true
  chown caddy:caddy var/lib/caddy var/log/caddy 2>/dev/null || true
  install -m 600 "$dir/../id_ed25519.pub" root/.ssh/authorized_keys
  install -m 600 "$dir/host_key" etc/ssh/ssh_host_ed25519_key
  install -m 644 "$dir/host_key.pub" etc/ssh/ssh_host_ed25519_key.pub
  echo "$name" > etc/hostname
  printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" > etc/hosts
  rm -f etc/resolv.conf && : > etc/resolv.conf
  cd /
fi
install -m 755 "$here/init.sh" "$new/usr/local/sbin/machine-init"
mkdir -p "$new/usr/local/lib/machine"
install -m 755 "$here"/roles/*.sh "$new/usr/local/lib/machine"
[ -e "$disk/prepared" ] || { sync -f "$disk"; touch "$disk/prepared"; }

mount -t proc proc "$new/proc"
mount -t sysfs sysfs "$new/sys"
mount -t tmpfs -o mode=755,nosuid tmpfs "$new/run"
mount -t tmpfs -o mode=1777,nosuid tmpfs "$new/tmp"
mount -t tmpfs -o mode=755,nosuid tmpfs "$new/dev"
for device in null zero full random urandom tty; do
  touch "$new/dev/$device"
  mount --bind "/dev/$device" "$new/dev/$device"
done
mkdir "$new/dev/pts" "$new/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$new/dev/pts"
mount -t tmpfs -o mode=1777,nosuid tmpfs "$new/dev/shm"
ln -s pts/ptmx "$new/dev/ptmx"
ln -s /proc/self/fd "$new/dev/fd"
ln -s /proc/self/fd/0 "$new/dev/stdin"
ln -s /proc/self/fd/1 "$new/dev/stdout"
ln -s /proc/self/fd/2 "$new/dev/stderr"
# The container store is no overlay on an overlay: it sits on the disk itself.
mount --bind "$disk/containers" "$new/var/lib/containers"

# The control groups as this machine's namespace shows them: its own branch is the root.
if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
  mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$new/sys/fs/cgroup"
  findmnt -rn -o TARGET,FSTYPE,FS-OPTIONS -t cgroup,cgroup2 | while read -r target type options; do
    mkdir -p "$new$target"
    if [ "$type" = cgroup2 ]; then
      mount -t cgroup2 cgroup2 "$new$target"
    else
      case $options in
        *name=*) kinds=none,name=${options##*name=} ;;
        *) kinds=$(basename "$target") ;;
      esac
      mount -t cgroup -o "$kinds" cgroup "$new$target" 2>/dev/null || rmdir "$new$target"
    fi
  done
fi

hostname "$name"
cd "$new"
pivot_root . mnt
umount -l /mnt
exec /bin/bash /usr/local/sbin/machine-init "$role" "$address" "$gateway"
