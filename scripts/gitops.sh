#!/usr/bin/env bash
# Checks that kustomize and Helm can read the output of the examples. Builds both with Go into .gobin.
set -euo pipefail
cd "$(dirname "$0")/.."
KUSTOMIZE=sigs.k8s.io/kustomize/kustomize/v5@v5.8.1
HELM=helm.sh/helm/v3/cmd/helm@v3.19.5

me=gitops
. scripts/tools.sh

bin=$PWD/.gobin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The first build takes about three minutes on two cores, nearly all of it for Helm. Go uses all cores.
install() { # module, program
  [ "$(cat "$bin/$2.version" 2>/dev/null)" = "$1" ] && return
  need go golang-go
  GOBIN=$bin GOFLAGS=-trimpath go install -ldflags='-s -w' "$1" 2>"$work/go.log" || { cat "$work/go.log"; exit 1; }
  echo "$1" >"$bin/$2.version"
}
install "$KUSTOMIZE" kustomize
install "$HELM" helm
kustomize() { "$bin/kustomize" "$@"; }
helm() { HELM_CACHE_HOME=$work HELM_CONFIG_HOME=$work HELM_DATA_HOME=$work "$bin/helm" "$@"; }

log=$work/log
. scripts/checks.sh

# Objects as sorted lines of JSON, from YAML files or standard input.
objects() {
  node -e '
    const { readFileSync } = require("fs");
    const { parseAllDocuments } = require("yaml");
    const sorted = value => Array.isArray(value) ? value.map(sorted) : value && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])])) : value;
    const files = process.argv.length > 1 ? process.argv.slice(1) : [0];
    const all = files.flatMap(file => parseAllDocuments(readFileSync(file, "utf8")).map(document => document.toJS()));
    console.log(all.filter(object => object).map(object => JSON.stringify(sorted(object))).sort().join("\n"));
  ' "$@"
}

[ "${1:-}" = --after-demo ] || npx projen demo >/dev/null

all_objects_and_no_other() { # folder
  kustomize build "$1" | objects >"$work/built"
  find "$1" -name '[0-9]_*.yaml' -o -name '*.k8s.yaml' >"$work/files"
  [ -s "$work/files" ] || { echo "no files in $1"; return 1; }
  xargs --arg-file="$work/files" --delimiter='\n' bash -c 'objects "$@"' _ >"$work/written"
  diff "$work/written" "$work/built"
}
workloads_last() { # folder
  [ "$(kustomize build "$1" | sed -n 's/^kind: //p' | sed -n '/^Deployment/,$p' | grep -cE '^(Namespace|ServiceAccount)$')" -eq 0 ]
}
export -f objects

while IFS= read -r file; do
  folder=$(dirname "$file")
  check "kustomize builds $folder: every object, no other" all_objects_and_no_other "$folder"
  check 'workloads come after what they need' workloads_last "$folder"
done < <(find examples -name kustomization.yaml -not -path '*/node_modules/*' | sort)

# The chart of `helm create`, whose conventions most charts follow, with the ServiceAccount moved to where the values have it.
(cd "$work" && helm create chart >/dev/null)
service_account() { # values file: the key of the service account, and its name
  node -e '
    const found = (value, path) => typeof value !== "object" || !value ? undefined
      : "annotations" in value ? [path.join("."), value.name] : Object.entries(value).map(([key, item]) => found(item, [...path, key])).find(Boolean);
    console.log(found(require("yaml").parse(require("fs").readFileSync(process.argv[1], "utf8")), []).join(" "));
  ' "$1"
}
chart_with() { # key of the service account
  rm -rf "$work/moved" && cp -r "$work/chart" "$work/moved"
  find "$work/moved/templates" -type f -exec sed -i "s/\.Values\.serviceAccount\./.Values.$1./g" {} +
}
same_service_account() { # values file, key, object of the chart
  node -e '
    const { deepStrictEqual } = require("assert");
    const { readFileSync } = require("fs");
    const [values, key, made] = process.argv.slice(1);
    const { create, name, annotations } = key.split(".").reduce((value, part) => value[part], require("yaml").parse(readFileSync(values, "utf8")));
    const { metadata } = JSON.parse(readFileSync(made, "utf8"));
    deepStrictEqual([create, name, annotations], [true, metadata.name, metadata.annotations]);
    if (!/^arn:aws:iam::[0-9]{12}:role\/.+/.test(annotations["eks.amazonaws.com/role-arn"])) throw new Error("no role");
  ' "$1" "$2" "$3"
}
helm_makes_the_service_account() { # values file
  local key name
  read -r key name < <(service_account "$1")
  chart_with "$key"
  helm template release "$work/moved" --namespace test --values "$1" >"$work/rendered" &&
    objects "$work/rendered" | grep '"kind":"ServiceAccount"' >"$work/made" &&
    same_service_account "$1" "$key" "$work/made" &&
    grep -qx "      serviceAccountName: $name" "$work/rendered" # of the chart's Deployment
}
while IFS= read -r file; do
  check "Helm makes the service account of $file" helm_makes_the_service_account "$file"
done < <(find examples -name '*.values.yaml' -not -path '*/node_modules/*' | sort)

all_passed 3
