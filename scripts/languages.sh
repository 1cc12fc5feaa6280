#!/usr/bin/env bash
# Runs examples/languages, each app with the package that jsii-pacmak generates for its language: tarball, wheel, jar, Go module.
# Their output must be byte-for-byte that of TypeScript, without normalization: without the CDK CLI, an app has neither
# analytics nor paths in its template. Error messages must be the same, too.
# Installs missing tools from Debian; keeps Python and Maven packages in .languages.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
cache=$root/.languages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache" "$work/tmp"
export TMPDIR=$work/tmp JSII_RUNTIME_PACKAGE_CACHE_ROOT=$work/jsii JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20

log=$work/log
me=languages
. scripts/checks.sh
. scripts/tools.sh

need javac default-jdk-headless
need mvn maven
need go golang-go
need python3 python3 python3-venv
python3 -c 'import ensurepip' 2>/dev/null || install_packages 'python3 has no venv' python3-venv

version() { node -p "require('$root/node_modules/$1/package.json').version"; }
CDK=$(version aws-cdk-lib) # all languages take the same, the floor: templates differ between releases
CONSTRUCTS=$(version constructs)
CDK8S=$(version cdk8s)
PROGRAMS='quickstart features'
IN_TYPESCRIPT='[Payments/Api] `namespace` must be a DNS-1123 label: at most 63 characters from a-z, 0-9 and -, with a letter or digit at both ends, got: "Default!". See https://kubernetes.io/docs/concepts/overview/working-with-objects/names/'

# --- The packages

npx projen compile >/dev/null
npx projen rosetta >/dev/null
generate() {
  npx jsii-pacmak --code-only --no-npmignore --outdir "$work/dist" \
    --rosetta-tablet .jsii.tabl.json --rosetta-unknown-snippets translate "$@"
}
check 'jsii-pacmak generates JavaScript, Python, Java, Go and C#' generate
[ "$failed" -eq 0 ] || exit 1
translated() { ! grep -rnE "^[ */]*import \{.*\} from '" "$work/dist/python/src" "$work/dist/java/src" "$work/dist/go" "$work/dist/dotnet"; }
check 'no example in a docstring is in TypeScript' translated

types() { # condition
  node -p "Object.values(JSON.parse(fs.readFileSync('$root/.jsii')).types).filter(type => $1).map(({ name }) => name).sort().join('\\n')"
}
public_names() { types true; }
public_values() { types "type.kind !== 'interface'"; } # classes and enums
every_public_name() { # pattern in which NAME stands for it, folder
  local name missing=0
  [ -n "$(public_names)" ] || return 1
  for name in $(public_names); do
    grep -rqE -- "${1//NAME/$name}" "$2" || { echo "no $name"; missing=1; }
  done
  return $missing
}
check 'Python: the code has every public class' every_public_name '^class NAME[(:]' "$work/dist/python/src"
check 'Java: the code has every public class' every_public_name '^public (abstract )?(class|interface|enum) NAME ' "$work/dist/java/src"
check 'Go: the code has every public class' every_public_name '^type NAME (struct|interface|string)\b' "$work/dist/go/cdkirsa"
check 'C#: the code has every public class' every_public_name '^ +public (abstract )?(class|interface|enum) NAME\b' "$work/dist/dotnet"

# --- How each language installs its package and runs a program; `wrong` is the quickstart with an invalid namespace

wrong() { # file, what it becomes
  [ "$(grep -c '\bpayments\b' "$1")" -eq 1 ] && sed 's/\bpayments\b/Default!/' "$1" >"$2"
}

node_project=$work/node
install_node() (
  mkdir "$node_project" && cp examples/languages/{typescript,javascript}/* "$node_project" && cd "$node_project" &&
    wrong quickstart.ts wrong.ts && wrong quickstart.mjs wrong.mjs && wrong quickstart.cjs wrong.cjs &&
    npm init --yes >/dev/null &&
    npm install --no-audit --no-fund --loglevel=error "$work"/dist/js/*.tgz "aws-cdk-lib@$CDK" "constructs@$CONSTRUCTS" "cdk8s@$CDK8S" \
      "typescript@$(version typescript)" @types/node@20 &&
    npx tsc --strict --target es2022 --module node16 --moduleResolution node16 --types node ./*.ts
)
run_typescript() { node "$node_project/$1.js"; }
run_esm() { node "$node_project/$1.mjs"; }
run_commonjs() { node "$node_project/$1.cjs"; }

python=$cache/python/bin/python
install_python() {
  wrong examples/languages/python/quickstart.py "$work/wrong.py" && cp examples/languages/python/*.py "$work" || return 1
  [ -x "$python" ] || python3 -m venv "$cache/python" || return 1
  pip() { "$python" -m pip "$@" --quiet --disable-pip-version-check; }
  pip wheel --no-deps --wheel-dir "$work/wheel" "$work/dist/python" &&
    pip install "aws-cdk-lib==$CDK" "constructs==$CONSTRUCTS" "cdk8s==$CDK8S" tree-sitter==0.26.1 tree-sitter-c-sharp==0.23.5 &&
    pip install --force-reinstall --no-deps "$work"/wheel/*.whl && pip check
}
run_python() { "$python" "$work/$1.py"; }

java_project=$work/java
maven() { MAVEN_OPTS=-Djava.io.tmpdir=$TMPDIR mvn --quiet --batch-mode "-Dmaven.repo.local=$cache/m2" "$@"; }
install_java() (
  # Maven reads the metadata of each release in a range, hundreds of them; only the minimum versions are needed.
  sed -Ei 's#<version>\[([0-9.]+),[^<]*</version>#<version>\1</version>#' "$work/dist/java/pom.xml" &&
    maven --file "$work/dist/java/pom.xml" -Dmaven.javadoc.skip -Dmaven.source.skip install &&
    cp -r examples/languages/java "$java_project" && cd "$java_project/src/main/java" &&
    wrong Quickstart.java Wrong.java && sed -i 's/class Quickstart/class Wrong/' Wrong.java &&
    maven --file "$java_project/pom.xml" "-Daws-cdk-lib.version=$CDK" "-Dconstructs.version=$CONSTRUCTS" "-Dcdk8s.version=$CDK8S" compile
)
run_java() { maven --file "$java_project/pom.xml" "-Daws-cdk-lib.version=$CDK" "-Dconstructs.version=$CONSTRUCTS" "-Dcdk8s.version=$CDK8S" "-Dexec.mainClass=${1^}" exec:java; }

# Versions are those in the library's go.mod. The cdk8s module is generated from its npm package, as its authors do, because not every Go proxy has it.
go_project=$work/go
install_go() (
  generate "$node_project/node_modules/cdk8s" --target go && cp -r examples/languages/go "$go_project" && cd "$go_project" &&
    mkdir wrong bin && wrong quickstart/main.go wrong/main.go &&
    go mod init example.com/app && go mod edit -require=github.com/cdk-irsa/cdk-irsa-go/cdkirsa@v0.0.0 \
      -replace="github.com/cdk-irsa/cdk-irsa-go/cdkirsa=$work/dist/go/cdkirsa" -replace="github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2=$work/dist/go/cdk8s" &&
    go mod tidy && [ -z "$(gofmt -l .)" ] && go build -o bin/ ./...
)
run_go() { "$go_project/bin/$1"; }

csharp_project=$work/csharp
install_csharp() (
  cp -r examples/languages/csharp "$csharp_project" && cd "$csharp_project" || return 1
  local program
  cp -r quickstart wrong && wrong quickstart/Program.cs wrong/Program.cs || return 1
  for program in $PROGRAMS wrong; do
    sed -i "s#<PackageReference Include=\"CdkIrsa\".*#<ProjectReference Include=\"$work/dist/dotnet/CdkIrsa/CdkIrsa.csproj\" />#" "$program/App.csproj" &&
      dotnet build --nologo --verbosity quiet --output "bin/$program" "$program/App.csproj" || return 1
  done
)
run_csharp() { dotnet "$csharp_project/bin/$1/App.dll"; }

# --- Their output

made_by() { # program
  case $1 in
    quickstart) echo Payments.template.json Payments.k8s.yaml ;;
    features) echo Teams.template.json Teams.k8s.yaml external-dns.values.yaml ;;
  esac
}
synthesizes() { # language, program
  CDK_OUTDIR=$work/out/$1/$2 "run_$1" "$2"
}
same_as_typescript() { # language, program
  local file
  for file in $(made_by "$2"); do cmp "$work/out/typescript/$2/$file" "$work/out/$1/$2/$file" || return 1; done
}
says_why() { # language
  if CDK_OUTDIR=$work/out/$1/wrong "run_$1" wrong >"$work/said" 2>&1; then echo 'no error'; return 1; fi
  grep -qF -- "$IN_TYPESCRIPT" "$work/said" || { cat "$work/said"; return 1; }
}
language() { # language, its name for people
  check "$2: the package builds, installs and the programs compile" "install_$1"
  runs "$@"
}
runs() { # language, its name for people
  local program
  for program in $PROGRAMS; do
    check "$2: $program synthesizes" synthesizes "$1" "$program"
    check "$2: its template and manifests are TypeScript's, byte for byte" same_as_typescript "$1" "$program"
  done
  check "$2: an error has TypeScript's words" says_why "$1"
}
as_meant() ( # what TypeScript makes, with which the others are compared, is not empty
  cd "$work/out/typescript" &&
    grep -q '"system:serviceaccount:payments:api"' <(grep -o '"[^"]*serviceaccount[^"]*"' quickstart/Payments.template.json | sort -u) &&
    grep -qx '    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments-api-aad1f5eae7' quickstart/Payments.k8s.yaml &&
    grep -q '"system:serviceaccount:team-\*:runner"' features/Teams.template.json &&
    grep -q '"MaxSessionDuration": 7200' features/Teams.template.json &&
    grep -q '"AddonName": "aws-ebs-csi-driver"' features/Teams.template.json &&
    grep -q '"sts:TagSession"' features/Teams.template.json &&
    grep -qF 'jobs/${aws:PrincipalTag/kubernetes-namespace}/' features/Teams.template.json &&
    grep -qx '    eks.amazonaws.com/token-expiration: "3600"' features/Teams.k8s.yaml &&
    grep -qx '    team: data' features/Teams.k8s.yaml &&
    grep -qx '  name: external-dns' features/external-dns.values.yaml
)
every_class_by_import_and_require() (
  cd "$node_project" && cat >every.mjs <<'JS'
import { deepStrictEqual, ok } from 'node:assert';
import { createRequire } from 'node:module';
import * as imported from 'cdk-irsa';
const required = createRequire(import.meta.url)('cdk-irsa');
const classes = process.argv.slice(2);
for (const name of classes) ok(/^(function|object)$/.test(typeof imported[name]) && imported[name] === required[name], name);
deepStrictEqual(Object.keys(required).sort(), [...classes, 'controllers'].sort());
JS
  # shellcheck disable=SC2046
  node every.mjs $(public_values)
)
parses() { # files in C#
  "$python" - "$@" <<'PYTHON'
import sys
import tree_sitter, tree_sitter_c_sharp
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c_sharp.language()))
wrong = [file for file in sys.argv[1:] if parser.parse(open(file, "rb").read()).root_node.has_error]
sys.exit("\n".join(wrong) or len(sys.argv) == 1)
PYTHON
}

check 'TypeScript: the package builds, installs and the programs compile' install_node
for program in $PROGRAMS; do check "TypeScript: $program synthesizes" synthesizes typescript "$program"; done
check 'TypeScript: the output is as expected' as_meant
check "TypeScript: an error has these words" says_why typescript
runs esm 'JavaScript, import'
runs commonjs 'JavaScript, require'
check 'JavaScript: import and require find every public class' every_class_by_import_and_require
language python Python
check 'Python: the wheel brings the command line' "$cache/python/bin/cdk-irsa" verify "$work/out/python/quickstart"
language java Java
language go Go
mapfile -t csharp < <(find "$work/dist/dotnet" examples/languages/csharp -name '*.cs')
check "C#: the code has no syntax errors (${#csharp[@]} files)" parses "${csharp[@]}"
if command -v dotnet >/dev/null; then
  language csharp 'C#'
else
  echo 'C#: generated and parsed but not compiled, because there is no .NET SDK in PATH or in Debian'
fi

# --- the pages include these programs

check 'the JavaScript quickstart with import is the TypeScript one' cmp examples/languages/typescript/quickstart.ts examples/languages/javascript/quickstart.mjs

all_passed 25
