# Sourced, after tools.sh: builds kube-apiserver and etcd with Go into .gobin. The first build takes eight minutes of CPU time; Go uses all cores.
KUBERNETES=1.34.4 # its go.mod requires Go 1.24
kubernetes_bin=$PWD/.gobin

build_kubernetes() {
  if [ "$(cat "$kubernetes_bin/kubernetes.version" 2>/dev/null)" = "$KUBERNETES" ] && [ -x "$kubernetes_bin/etcd" ] && [ -x "$kubernetes_bin/kube-apiserver" ]; then return; fi
  need go golang-go
  echo "$me: building kube-apiserver $KUBERNETES and etcd"
  mkdir -p "$kubernetes_bin" "$work/module"
  (
    cd "$work/module" &&
      go mod download -json "k8s.io/kubernetes@v$KUBERNETES" >download.json &&
      write_module "$(sed -nE 's|^\s*"GoMod": "(.*)",?$|\1|p' download.json)" >go.mod &&
      go build -mod=mod -trimpath -ldflags='-s -w' -o "$kubernetes_bin/etcd" go.etcd.io/etcd/server/v3 &&
      go build -mod=mod -trimpath -ldflags='-s -w' -o "$kubernetes_bin/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver
  ) >"$work/go.log" 2>&1 || {
    cat "$work/module/download.json" "$work/go.log" >&2
    give_up "Kubernetes could not be built with $(go version). It requires Go 1.24 or later."
  }
  echo "$KUBERNETES" >"$kubernetes_bin/kubernetes.version"
}

# `go install` rejects Kubernetes, whose go.mod replaces its own libraries with folders. This module replaces them with their releases.
# The version of etcd is the one that Kubernetes requires.
write_module() { # the go.mod of Kubernetes
  echo 'module kubernetes'
  echo
  grep -E '^(go|godebug) ' "$1"
  echo "require k8s.io/kubernetes v$KUBERNETES"
  sed -nE "s|^\t(k8s\.io/[a-z-]+) => \./staging/.*|replace \1 => \1 v0.${KUBERNETES#1.}|p" "$1"
}
