#!/usr/bin/env bash
# Packs the command without the library and uses it where nothing else is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
npx tsx scripts/pack-cli.ts "$project/tarball" >/dev/null
log=$project/log
. scripts/checks.sh

mkdir "$project/empty"
cd "$project/empty"
export npm_config_cache=$project/cache npm_config_audit=false npm_config_fund=false
unset NODE_PATH

no_more_than_the_command() {
  tar -tzf ../tarball/*.tgz | sort | diff - <(printf 'package/%s\n' LICENSE README.md bin/cdk-irsa lib/analysis/reading/yaml.js lib/cli.js lib/doctor.js package.json | sort)
}
says_what_the_library_says() {
  node -e "const assert = require('assert');
    const { name, version, engines, license, repository, publishConfig, bin, ...others } = require('cdk-irsa-cli/package.json');
    const library = require('$root/package.json');
    const said = { version, engines, license, repository, publishConfig, bin };
    assert.strictEqual(name, 'cdk-irsa-cli');
    assert.deepStrictEqual(said, Object.fromEntries(Object.keys(said).map(key => [key, library[key]])));
    assert.deepStrictEqual(Object.keys(others).sort(), ['author', 'description', 'keywords']);"
}
it_is_all() { # beside what npm writes itself
  [ "$(find node_modules -mindepth 1 -maxdepth 1 ! -name '.*')" = node_modules/cdk-irsa-cli ]
}
# Every required module must be a file of the package or a built-in module of Node.js.
it_loads_only_its_files() { # arguments of the command
  node -e "const Module = require('module'), { _load } = Module, loaded = [];
    Module._load = function (name, ...others) { loaded.push(name); return _load.call(this, name, ...others); };
    process.on('exit', () => {
      const foreign = loaded.filter(name => !Module.isBuiltin(name) && !/^\.{0,2}\//.test(name));
      if (foreign.length > 0 || loaded.length === 0) { console.error(foreign); process.exitCode = 9; }
    });
    process.argv.splice(1, 0, 'cdk-irsa');
    require(require('path').resolve('node_modules/cdk-irsa-cli/bin/cdk-irsa'));" -- "$@"
}
export -f it_loads_only_its_files
exits_with() { # code, then the command
  local expected=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" -eq "$expected" ]
}
run() { node_modules/.bin/cdk-irsa "$@"; }

cat >template.yaml <<'YAML'
Resources:
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: { Url: https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE, ClientIdList: [sts.amazonaws.com] }
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: api
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: sts:AssumeRoleWithWebIdentity
            Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE' }
            Condition:
              StringEquals:
                oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub: system:serviceaccount:payments:api
                oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:aud: sts.amazonaws.com
YAML
grep -v ':aud:' template.yaml >wrong.yaml
cat >manifest.yaml <<'YAML'
apiVersion: v1
kind: ServiceAccount
metadata:
  name: api
  namespace: payments
  annotations: { eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/api' }
YAML
cp "$root/examples/from-eksctl/cluster.yaml" .

verify_finds_it() { # arguments
  exits_with 1 run verify "$@" >found.txt && grep -q 'missing-aud' found.txt
}
from_standard_input() {
  exits_with 1 run verify - <wrong.yaml >found.txt && grep -q 'missing-aud' found.txt
}
manifests_alone() {
  run verify --manifests manifest.yaml >alone.txt && tr '\n' ' ' <alone.txt | grep -q '1 service account,' # wrapped
}
as_sarif() {
  exits_with 1 run verify wrong.yaml --format sarif >sarif.json &&
    node -e "const [{ results }] = require('./sarif.json').runs;
      if (!results.some(({ ruleId }) => ruleId === 'missing-aud')) process.exit(1);"
}
report_has_the_role() {
  run report template.yaml --manifests manifest.yaml --format json -o report.json && grep -q ':role/api' report.json
}
page_has_the_role() {
  run report template.yaml --manifests manifest.yaml --format html -o report.html && grep -q ':role/api' report.html
}
import_from_eksctl() {
  run import eksctl cluster.yaml --account 111122223333 --issuer-url https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE >app.ts &&
    grep -q IrsaServiceAccount app.ts
}
smaller_than() { # kB, folder
  du -sb "$2" && [ "$(du -sb "$2" | cut -f 1)" -lt $(($1 * 1000)) ]
}

check 'the tarball contains only the three bundles, bin, README, LICENSE and package.json' no_more_than_the_command
check 'it is smaller than 520 kB' test "$(stat -c %s ../tarball/*.tgz)" -lt 520000
check 'it installs into an empty folder without a network' npm install --offline --loglevel=error ../tarball/*.tgz
check 'it installs no other package' it_is_all
check 'it takes less than 2 MB' smaller_than 2000 node_modules
echo "      $(du -sb node_modules | cut -f 1) bytes"
check 'version, Node.js, license and repository are those of the library' says_what_the_library_says
check '--version prints the version of package.json' test "$(run --version)" = "$(node -p "require('$root/package.json').version")"
check 'it contains the licenses of the bundled packages' grep -q 'Copyright (c) 2011 TJ Holowaychuk' node_modules/cdk-irsa-cli/lib/cli.js
check 'verify accepts a valid template' run verify template.yaml
check 'verify accepts a valid template with a manifest' run verify template.yaml --manifests manifest.yaml
check 'verify finds a problem' verify_finds_it wrong.yaml
check 'verify finds a problem in standard input' from_standard_input
check 'verify reads manifests without a template' manifests_alone
check 'it writes SARIF' as_sarif
check 'report prints JSON' report_has_the_role
check 'report writes a page' page_has_the_role
check 'it imports an eksctl ClusterConfig' import_from_eksctl
check 'doctor prints its help' run doctor --help
check 'doctor has the Kubernetes and AWS clients' the_doctor_asks_aws
check 'verify loads no other package' it_loads_only_its_files verify template.yaml --manifests manifest.yaml
check 'doctor loads no other package' env KUBECONFIG=none AWS_REGION=eu-west-1 bash -c 'it_loads_only_its_files doctor --cluster a --all; [ $? -eq 2 ]'

all_passed
