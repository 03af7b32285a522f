#!/bin/bash
# The app server: Caddy in front, containers behind it.
#   /etc/caddy/sites/*.caddy are the sites; `service caddy reload` or the admin API on 127.0.0.1:2019 takes them over.
#   Which names get certificates is asked of CodeB's edge, which is one of those sites.
set -euo pipefail
. "$(dirname "$0")/containers.sh"

prepare() {
  cat > /etc/caddy/Caddyfile <<'CONF'
{
	admin 127.0.0.1:2019
	skip_install_trust
	on_demand_tls {
		ask http://127.0.0.1:2020/
	}
}

import /etc/caddy/sites/*.caddy
CONF
  cat > /etc/init.d/caddy <<'INIT'
#!/bin/sh
### BEGIN INIT INFO
# Provides:          caddy
# Required-Start:    $network
# Required-Stop:     $network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Caddy web server
### END INIT INFO
export HOME=/var/lib/caddy
pid=/run/caddy.pid
case "$1" in
  start)
    start-stop-daemon --start --oknodo --background --make-pidfile --pidfile $pid --exec /usr/bin/caddy \
      --output /var/log/caddy/caddy.log -- run --config /etc/caddy/Caddyfile ;;
  stop) start-stop-daemon --stop --oknodo --retry TERM/5/KILL/2 --remove-pidfile --pidfile $pid --exec /usr/bin/caddy ;;
  reload) caddy reload --config /etc/caddy/Caddyfile --force ;;
  restart | force-reload) "$0" stop; "$0" start ;;
  status) start-stop-daemon --status --pidfile $pid --exec /usr/bin/caddy ;;
  *) echo "usage: $0 start|stop|reload|restart|status" >&2; exit 2 ;;
esac
INIT
  chmod 755 /etc/init.d/caddy
  prepare_containers
}

start() { service caddy start; }

stop() {
  stop_containers
  service caddy stop
}

"$@"
