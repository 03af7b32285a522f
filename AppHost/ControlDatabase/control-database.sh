#!/usr/bin/env bash
# CodeB's own PostgreSQL, on the topology's address 198.18.<N>.1 and as the unprivileged user postgres.
#   control-database.sh run N      start it and stay until SIGTERM; POSTGRES_PASSWORD is the password of the role codeb
set -euo pipefail

[ "${1:-}" = run ] && [ $# -eq 2 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2; }
readonly n=$2 here=$(dirname "$(readlink -f "$0")")
readonly dir=/var/lib/codeb/topology/$n/control
readonly bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)

as_postgres() { setpriv --reuid postgres --regid postgres --init-groups --pdeathsig QUIT "$@"; }

cd /
"$here/../Topology/topology.sh" network "$n"
if [ ! -e "$dir/prepared" ]; then
  rm -rf "$dir"
  install -d -o postgres -g postgres -m 700 "$dir"
  as_postgres "$bin/initdb" -D "$dir/data" --no-sync --locale=C.UTF-8 --encoding=UTF8 --auth-local=peer --auth-host=scram-sha-256 > /dev/null
  echo "host all codeb 198.18.$n.0/24 scram-sha-256" >> "$dir/data/pg_hba.conf"
  # The quotes of a literal, so that no password can end it; standard input, so that no process list shows it.
  as_postgres "$bin/postgres" --single -j -D "$dir/data" postgres > /dev/null <<SQL
CREATE ROLE codeb LOGIN PASSWORD '${POSTGRES_PASSWORD//\'/\'\'}';

CREATE DATABASE codeb OWNER codeb;

SQL
  touch "$dir/prepared"
fi
unset POSTGRES_PASSWORD

# In a session of its own: SIGTERM to this group would mean "wait for every client", and the database shall not wait.
setsid setpriv --reuid postgres --regid postgres --init-groups --pdeathsig QUIT \
  "$bin/postgres" -D "$dir/data" -h "198.18.$n.1" -p 5432 -k "$dir" -c max_connections=200 -c shared_buffers=64MB &
server=$!
trap 'kill -INT $server' TERM INT
wait $server || true
trap '' TERM INT
wait $server || true
rm -rf "$dir"
