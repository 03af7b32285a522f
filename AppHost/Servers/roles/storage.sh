#!/bin/bash
# The storage server: PostgreSQL and Redis 7, each run and restarted by Debian's own scripts
# (pg_ctlcluster VERSION main …, service redis-server …).
set -euo pipefail

readonly version=$(ls /usr/lib/postgresql | sort -V | tail -1)

prepare() {
  local address=$1 network=${1%.*}.0/24
  mkdir -p /etc/postgresql /run/postgresql
  chown postgres:postgres /etc/postgresql /run/postgresql
  pg_createcluster --locale C.UTF-8 --encoding UTF8 "$version" main -- --no-sync --auth-local=peer --auth-host=scram-sha-256 > /dev/null
  cat > /etc/postgresql/$version/main/conf.d/machine.conf <<CONF
listen_addresses = '*'
password_encryption = 'scram-sha-256'
wal_level = replica
max_wal_senders = 10
shared_buffers = 128MB
CONF
  cat >> /etc/postgresql/$version/main/pg_hba.conf <<CONF
host all all $network scram-sha-256
host replication all $network scram-sha-256
CONF
  echo "ULIMIT=$(ulimit -Hn)" > /etc/default/redis-server
  mkdir -p /etc/redis
  cat > /etc/redis/redis.conf <<CONF
# Reached from the machine itself and the topology's own network only, which no other machine shares.
bind 127.0.0.1 $address
protected-mode no
port 6379
daemonize yes
pidfile /run/redis/redis-server.pid
logfile /var/log/redis/redis-server.log
dir /var/lib/redis
appendonly yes
appendfsync everysec
CONF
  chown -R redis:redis /etc/redis
  chmod 640 /etc/redis/redis.conf
}

start() {
  mkdir -p /run/postgresql
  chown postgres:postgres /run/postgresql
  pg_ctlcluster "$version" main start &
  service redis-server start
  wait $!
}

stop() {
  service redis-server stop > /dev/null &
  pg_ctlcluster "$version" main stop -m fast || true
  wait
}

"$@"
