#!/usr/bin/env bash
# Packs the library and uses it as a new project would: with the README's first program, in TypeScript.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
npx projen compile >/dev/null
npm pack --silent --pack-destination "$project" >/dev/null

log=$project/log
. scripts/checks.sh

cd "$project"
version() { node -p "require('$root/node_modules/$1/package.json').version"; }
npm init --yes >/dev/null
npm install --no-audit --no-fund --loglevel=error ./cdk-irsa-*.tgz \
  "aws-cdk-lib@$(version aws-cdk-lib)" "constructs@$(version constructs)" "cdk8s@$(version cdk8s)" \
  "typescript@$(version typescript)" @types/node@20
awk '/^```ts/ { inside = 1; next } /^```/ { if (inside) exit } inside' "$root/README.md" >app.ts

no_more_than_the_library() {
  ! find node_modules/cdk-irsa -type f | grep -vE 'cdk-irsa/(lib/|bin/cdk-irsa$|package\.json|README\.md|LICENSE|\.jsii$)'
}
three_peers_and_nothing_else() {
  node -e "const p = require('cdk-irsa/package.json');
    require('assert').deepStrictEqual(Object.keys(p.peerDependencies).sort(), ['aws-cdk-lib', 'cdk8s', 'constructs']);
    require('assert').deepStrictEqual(p.dependencies ?? {}, {});"
}
only_the_modules_it_uses() { # beyond their index.js, which loads nothing until it is asked
  node -e "Object.values(require('cdk-irsa'));
    const loaded = new Set(Object.keys(require.cache).map(f => /aws-cdk-lib\/(aws-[^/]+)\/lib\//.exec(f)?.[1]).filter(Boolean));
    require('assert').deepStrictEqual([...loaded], ['aws-iam'], [...loaded].join());"
}
nothing_before_it_is_used() {
  node -e "require('cdk-irsa');
    const loaded = Object.keys(require.cache).filter(f => /node_modules/.test(f)).map(f => f.replace(/.*node_modules\//, ''));
    require('assert').deepStrictEqual(loaded, ['cdk-irsa/lib/index.js']);"
}
no_sources_of_the_command() {
  ! find node_modules/cdk-irsa -path '*/lib/cli/*' | grep . && ! grep -q '"cli/' node_modules/cdk-irsa/.jsii
}
import_from_eksctl() {
  npx --no-install cdk-irsa import eksctl cluster.yaml --account 111122223333 --output from-eksctl.ts \
    --issuer-url https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE
}
types_resolve() { # module, moduleResolution, file, more options
  npx tsc --noEmit --strict --target es2022 --types node --module "$1" --moduleResolution "$2" "${@:3}"
}
# Like `npx projen compat`, but compares with this version, and with one that has an additional method.
same_api_as() { # folder of a package
  "$root/node_modules/.bin/jsii-diff" "$1" node_modules/cdk-irsa --keys
}
a_lost_method_is_found() {
  cp -r node_modules/cdk-irsa older
  node -e "const { readFileSync, writeFileSync } = require('fs');
    const assembly = JSON.parse(readFileSync('older/.jsii', 'utf8'));
    const { methods } = assembly.types['cdk-irsa.TrustPolicy'];
    methods.push({ ...methods.find(({ name }) => name === 'addPrincipal'), name: 'addNobody' });
    writeFileSync('older/.jsii', JSON.stringify(assembly));"
  same_api_as older || [ $? -eq 1 ] && grep -q 'removed:cdk-irsa.TrustPolicy.addNobody' "$log"
}
check 'the tarball contains only lib, bin, README, LICENSE and the jsii assembly' no_more_than_the_library
check 'it is smaller than 1 MB' test "$(stat -c %s cdk-irsa-*.tgz)" -lt 1000000
check 'it has three peers and no dependencies' three_peers_and_nothing_else
check 'requiring it loads no module before its first use' nothing_before_it_is_used
check 'using all of it loads only aws-iam of the service modules in aws-cdk-lib' only_the_modules_it_uses
check 'jsii-diff finds the API compatible with itself' same_api_as node_modules/cdk-irsa
check 'jsii-diff finds a removed method' a_lost_method_is_found
check "the README's first program compiles" npx tsc --strict --target es2022 --module node16 --moduleResolution node16 --types node app.ts
cp app.ts app.mts
check 'types resolve for an ES module, node16' types_resolve node16 node16 app.mts
check 'types resolve with moduleResolution bundler' types_resolve es2022 bundler app.ts
check 'types resolve in CommonJS, node10' types_resolve commonjs node10 app.ts --ignoreDeprecations 6.0 # deprecated in TypeScript 6
check 'the program synthesizes' env CDK_OUTDIR=cdk.out node app.js
check 'the template has a role' grep -q '"AWS::IAM::Role"' cdk.out/Payments.template.json
check 'the template has no Lambda function and no custom resource' bash -c '! grep -rqE "AWS::Lambda|Custom::|CustomResource" cdk.out --include=*.template.json'
check 'the manifest has an annotated ServiceAccount' grep -qE 'eks.amazonaws.com/role-arn: arn:aws:iam::[0-9]{12}:role/' cdk.out/Payments.k8s.yaml

cat >assert.js <<'JS'
const { App, Stack } = require('aws-cdk-lib');
const { ClusterOidcProvider, IrsaAssertions, IrsaServiceAccount, IrsaValidator } = require('cdk-irsa');
const app = new App({ policyValidationBeta1: [new IrsaValidator()] });
const stack = new Stack(app, 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
const oidcProvider = ClusterOidcProvider.fromIssuerUrl(stack, 'Oidc', 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE');
const api = new IrsaServiceAccount(stack, 'Api', { oidcProvider, namespace: 'payments', serviceAccountName: 'api' });
const irsa = IrsaAssertions.fromStack(stack);
irsa.manifestsMatchRoles();
irsa.allowsOnly([{ namespace: 'payments', serviceAccount: 'api', role: api.node.path }]);
require('assert').throws(() => irsa.allows({ namespace: 'payments', serviceAccount: 'web', role: api.node.path }), /got web, trusted api/);
JS
wrong_is_found() { # exit 1, no more and no less
  sed 's/name: [a-z].*/name: somebody-else/' cdk.out/Payments.k8s.yaml >wrong.yaml
  npx --no-install cdk-irsa verify cdk.out --manifests wrong.yaml >verify.txt || [ $? -eq 1 ] && grep -q 'role-does-not-trust' verify.txt
}
check 'assertions and validator run with the packed YAML parser' node assert.js
check 'verify accepts the assembly' npx --no-install cdk-irsa verify cdk.out
check 'verify finds a problem' wrong_is_found
check 'report writes a page' npx --no-install cdk-irsa report cdk.out --format html -o report.html
check 'the page has the role' grep -q ':role/' report.html

check 'the doctor has the Kubernetes and AWS clients' the_doctor_asks_aws

cp "$root/examples/from-eksctl/cluster.yaml" .
check 'the command line is bundled and not part of the library' no_sources_of_the_command
check 'the command line runs' npx --no-install cdk-irsa --help
check 'it imports an eksctl ClusterConfig' import_from_eksctl
check 'the imported program compiles' npx tsc --strict --target es2022 --module node16 --moduleResolution node16 --types node from-eksctl.ts
check 'the imported program synthesizes' env CDK_OUTDIR=eksctl.out node from-eksctl.js
check 'its manifest has the service accounts of the file' grep -q 'name: receipts' eksctl.out/ProductionServiceAccounts.k8s.yaml

all_passed
