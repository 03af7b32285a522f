#!/bin/bash
# The container engine of a server, for the role scripts to source.

# crun fails on a hybrid of control groups 1 and 2, and there is no systemd and no journal to talk to.
prepare_containers() {
  mkdir -p /etc/containers
  cat > /etc/containers/containers.conf <<'CONF'
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
CONF
  cat > /etc/containers/storage.conf <<'CONF'
[storage]
driver = "overlay"
graphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
CONF
}

stop_containers() {
  podman stop --all --time 3 > /dev/null 2>&1 || true
}
