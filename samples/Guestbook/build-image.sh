#!/usr/bin/env bash
# Makes OUTDIR/guestbook-v1.tar and guestbook-v2.tar (localhost/guestbook:v1 and :v2), ready for `podman load -i` or
# `docker load -i`, with the .NET SDK and tar alone: no engine, no registry, no root. The images are FROM scratch:
#   layer 1  the SDK's own shared runtime and the few system libraries that it is linked with
#   layer 2  the published sample
# Both versions share both layers and differ in their configuration (VERSION), so the second one loads in no time.
# A second run with nothing changed ends at once.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 OUTDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
newest() { ls "$1" | sort -V | grep '^10\.' | tail -n 1; }
runtime=$(newest "$dotnet_root/shared/Microsoft.NETCore.App")
aspnet=$(newest "$dotnet_root/shared/Microsoft.AspNetCore.App")
fxr=$(newest "$dotnet_root/host/fxr")

case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  *) echo "$0: no image for $(uname -m)" >&2; exit 1 ;;
esac

exec 9>"$out/.guestbook.lock"
flock 9

# The libraries that the runtime opens by itself (TLS, hashes) come beside those that it is linked with.
ldconfig=$(PATH=$PATH:/usr/sbin:/sbin command -v ldconfig)
opened=$("$ldconfig" -p | awk '$1 ~ /^lib(ssl|crypto)\.so\.(3|1\.1)$/ { print $NF }' | sort -u)
linked() {
  # ldd names some libraries twice and, for optional tracing ones, "not found": only real files count.
  ldd "$@" 2>/dev/null | awk '/=> \// { print $3 } /^[[:space:]]*\/[^:]* \(0x/ { print $1 }' | grep -v "^$dotnet_root" | sort -u
}

key=$({
  cat "$here"/*.cs "$here"/*.csproj "$here/build-image.sh" "$here"/../../Directory.*.props "$here"/../../Directory.*.targets
  echo "$runtime $aspnet $fxr $arch"
  for file in $opened; do stat -Lc '%n %s' "$file"; done
} | sha256sum | cut -d ' ' -f 1)
if [ -f "$out/guestbook-v1.tar" ] && [ -f "$out/guestbook-v2.tar" ] && [ "$(cat "$out/.guestbook.key" 2>/dev/null)" = "$key" ]; then
  echo "guestbook images: unchanged"
  exit 0
fi

work=$(mktemp -d "$out/.guestbook.XXXXXX")
trap 'rm -rf "$work"' EXIT
rm -f "$out/.guestbook.key"

dotnet publish "$here/Guestbook.csproj" -c Release -o "$work/app/app" -p:UseAppHost=false -p:DebugType=none \
  -p:GenerateDocumentationFile=false -p:EnforceCodeStyleInBuild=false -v q -nologo >&2

root=$work/base
mkdir -p "$root"/dotnet/host/fxr "$root"/dotnet/shared/{Microsoft.NETCore.App,Microsoft.AspNetCore.App} "$root"/etc "$root"/tmp
cp "$dotnet_root/dotnet" "$root/dotnet/"
cp -r "$dotnet_root/host/fxr/$fxr" "$root/dotnet/host/fxr/"
cp -r "$dotnet_root/shared/Microsoft.NETCore.App/$runtime" "$root/dotnet/shared/Microsoft.NETCore.App/"
cp -r "$dotnet_root/shared/Microsoft.AspNetCore.App/$aspnet" "$root/dotnet/shared/Microsoft.AspNetCore.App/"
# Debugger, tracing and spare garbage collectors: nobody debugs inside this image.
( cd "$root/dotnet/shared/Microsoft.NETCore.App/$runtime" &&
  rm -f libmscordaccore.so libmscordbi.so libcoreclrtraceptprovider.so libclrgc.so libclrgcexp.so createdump Microsoft.VisualBasic*.dll )

# Each at the path under which the loader of this machine looks for it.
for file in $(linked "$root/dotnet/dotnet" "$root"/dotnet/shared/Microsoft.NETCore.App/"$runtime"/*.so $opened) $opened; do
  mkdir -p "$root$(dirname "$file")"
  cp -Lf "$file" "$root$file"
done
printf 'root:x:0:0:root:/:/\napp:x:10001:10001:app:/tmp:/\n' >"$root/etc/passwd"
printf 'root:x:0:\napp:x:10001:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
chmod -R a+rX "$work/app" "$root"
chmod 1777 "$root/tmp"

image=$work/image
mkdir "$image"
layer() {
  tar -C "$work/$1" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/$1.tar" .
  sha256sum "$work/$1.tar" | cut -d ' ' -f 1
}
base=$(layer base)
app=$(layer app)
mv "$work/base.tar" "$image/$base.tar"
mv "$work/app.tar" "$image/$app.tar"

for version in v1 v2; do
  cat >"$work/config.json" <<JSON
{"architecture":"$arch","os":"linux","created":"1970-01-01T00:00:00Z",
 "config":{"User":"10001:10001","WorkingDir":"/app","StopSignal":"SIGTERM",
  "Env":["PATH=/dotnet","VERSION=$version","PORT=8080","DOTNET_EnableDiagnostics=0","DOTNET_gcServer=0","DOTNET_TieredPGO=0",
   "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1","DOTNET_NOLOGO=1"],
  "Entrypoint":["/dotnet/dotnet","/app/Guestbook.dll"],"ExposedPorts":{"8080/tcp":{}},
  "Labels":{"org.opencontainers.image.title":"guestbook","org.opencontainers.image.version":"$version"}},
 "rootfs":{"type":"layers","diff_ids":["sha256:$base","sha256:$app"]},
 "history":[{"created_by":"the .NET runtime and its libraries"},{"created_by":"the guestbook"}]}
JSON
  config=$(sha256sum "$work/config.json" | cut -d ' ' -f 1)
  mv "$work/config.json" "$image/$config.json"
  echo "[{\"Config\":\"$config.json\",\"RepoTags\":[\"localhost/guestbook:$version\"],\"Layers\":[\"$base.tar\",\"$app.tar\"]}]" \
    >"$image/manifest.json"
  tar -C "$image" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/guestbook-$version.tar" \
    manifest.json "$config.json" "$base.tar" "$app.tar"
  mv "$work/guestbook-$version.tar" "$out/"
done
echo "$key" >"$out/.guestbook.key"
echo "guestbook images: $(du -m "$out/guestbook-v1.tar" | cut -f 1) MB each in $out"
