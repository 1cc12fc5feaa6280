# Sourced: installs missing tools that scripts need. Set `me`, the prefix of messages, before.

give_up() {
  echo "$me: $*" >&2
  exit 1
}

need() { # program, packages of Debian
  command -v "$1" >/dev/null || install_packages "$1 is missing" "${@:2}"
}

install_packages() { # why, packages of Debian
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  if ! command -v apt-get >/dev/null || ! command -v "${root[0]:-true}" >/dev/null; then give_up "$1, and cannot be installed here."; fi
  { "${root[@]}" apt-get update -qq && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${@:2}" >/dev/null; } ||
    give_up "$1, and could not be installed; see above."
}

# Creates a Python virtual environment, .venv by default, with a package from PyPI.
python_package() { # package, version, folder
  local venv=${3:-.venv} log
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    need python3 python3 python3-venv
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages 'python3 has no venv' python3-venv
    python3 -m venv "$venv"
  fi
  log=$("$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$1==$2" 2>&1) || {
    echo "$log" >&2
    give_up "pip could not install $1 $2; see above. After it is installed in $venv, no network is needed."
  }
}

# Puts a major version of Node.js first in PATH: the installed one if it matches, otherwise the npm package `node`.
use_node() { # major version, folder for it
  local log
  [ "$(node -p 'process.versions.node.split(".")[0]')" != "$1" ] || return 0
  mkdir -p "$2" || give_up "cannot create $2."
  log=$(npm install --prefix "$2" --no-save --no-audit --no-fund --loglevel=error "node@$1" 2>&1) || {
    echo "$log" >&2
    give_up "npm could not install node@$1; see above."
  }
  export PATH=$2/node_modules/node/bin:$PATH
  hash -r
  case $(node --version) in
    "v$1."*) ;;
    *) give_up "node@$1 is installed, but \`node --version\` is $(node --version)." ;;
  esac
}

# Calls `clean_up` when the script ends, for whatever reason.
clean_up_at_the_end() {
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}
