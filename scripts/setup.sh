#!/usr/bin/env bash
# Prepare this machine and this checkout: packages, .venv, browser libraries, Asterisk.
# Every step looks first and does nothing when there is nothing to do, so run it as often as you like.
#
#   scripts/setup.sh           what `make up` needs
#   scripts/setup.sh --tests   what `make test` needs as well
#
# Exit codes: 10 Python, 11 root, 12 network, 13 package, 14 browser libraries, 15 Asterisk.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

readonly VENV=.venv
readonly PYTHON=python3.11
tests=no
[ "${1:-}" = --tests ] && tests=yes
readonly tests

# --- telling what happens, in both languages ---------------------------------------------------

say() { printf '%s %s\n' "·" "$1"; }

# fail CODE STABLE-NAME ENGLISH CHINESE WHAT-TO-DO
fail() {
    printf '\n✗ [%s] %s\n  %s\n  → %s\n' "$2" "$3" "$4" "$5" >&2
    exit "$1"
}

# quietly CODE NAME ENGLISH CHINESE TO-DO -- COMMAND…: show the command's own words only when it fails
quietly() {
    local code=$1 name=$2 english=$3 chinese=$4 todo=$5 log
    shift 6
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return
    fi
    tail -n 15 "$log" >&2
    if looks_like_network "$log"; then
        rm -f "$log"
        fail 12 no-network "$english There seems to be no network." "$chinese网络似乎不通。" \
            "check the connection, proxy and name service, then run again / 检查网络、代理和域名解析后重试"
    fi
    rm -f "$log"
    fail "$code" "$name" "$english" "$chinese" "$todo"
}

looks_like_network() {
    grep -qiE 'could not resolve|temporary failure|failed to (fetch|connect)|connection (refused|timed out)|network is unreachable|ENOTFOUND|EAI_AGAIN|from versions: none|ECONNREFUSED|ETIMEDOUT|dns error|NewConnectionError' "$1"
}

# --- packages of the system --------------------------------------------------------------------

wanted_packages() {
    cat scripts/apt-packages.txt
    [ $tests = no ] || cat scripts/apt-packages-test.txt
    command -v "$PYTHON" >/dev/null || echo python3
    "$PYTHON" -c 'import ensurepip' 2>/dev/null || echo python3-venv
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
}

is_installed() { dpkg-query -Wf '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

missing_packages() {
    local package
    wanted_packages | grep -v '^ *\(#\|$\)' | sort -u | while read -r package; do
        is_installed "$package" || echo "$package"
    done
}

system_packages() {
    command -v dpkg-query >/dev/null || fail 13 not-debian \
        "This machine is not Debian." "本机不是 Debian 系统。" \
        "see docs/operations.md for other systems / 其他系统见 docs/operations.md"
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || fail 11 no-root \
        "Packages are missing and only root can install them: ${missing[*]}" \
        "缺少软件包，需要 root 权限安装。" "sudo apt-get install ${missing[*]}"
    say "installing packages / 安装软件包: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    quietly 13 no-package-index "The list of packages could not be fetched." "无法更新软件包列表。" \
        "run: apt-get update" -- apt-get update -qq
    quietly 13 no-package "A package could not be installed: ${missing[*]}" "软件包安装失败。" \
        "run: apt-get install ${missing[*]}" -- \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# --- Python ------------------------------------------------------------------------------------

python_version() {
    command -v "$PYTHON" >/dev/null || fail 10 no-python "Python 3.11 is missing." "缺少 Python 3.11。" \
        "use Debian 12, or put python3.11 on the PATH / 请使用 Debian 12，或安装 python3.11"
}

# A developer's environment keeps its test tools when `make up` runs.
lock_file() {
    if [ $tests = yes ] || [ -e $VENV/.with-test-tools ]; then
        echo requirements-dev.lock
    else
        echo requirements.lock
    fi
}

virtual_environment() {
    local lock stamp
    lock=$(lock_file)
    stamp=$(cat requirements-uv.lock "$lock" pyproject.toml | sha256sum)
    [ "$(cat $VENV/.stamp 2>/dev/null)" != "$stamp" ] || return 0
    say "Python environment / Python 环境: $VENV ($lock)"
    [ -x $VENV/bin/python ] || quietly 10 no-venv "The virtual environment could not be made." \
        "无法创建虚拟环境。" "apt-get install python3-venv" -- "$PYTHON" -m venv $VENV
    quietly 10 no-uv "uv could not be installed." "无法安装 uv。" "see the lines above" -- \
        $VENV/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
    quietly 10 no-libraries "The Python libraries could not be installed." "无法安装 Python 依赖库。" \
        "see the lines above" -- env VIRTUAL_ENV="$PWD/$VENV" $VENV/bin/uv pip sync -q --compile-bytecode --require-hashes "$lock"
    quietly 10 no-project "Mainline itself could not be installed." "无法安装 Mainline。" \
        "see the lines above" -- \
        env VIRTUAL_ENV="$PWD/$VENV" $VENV/bin/uv pip install -q --no-deps --no-build-isolation -e .
    [ "$lock" = requirements.lock ] || touch $VENV/.with-test-tools
    printf '%s' "$stamp" >$VENV/.stamp
}

# Compiled once here, so that no process has to: also where Python is told to write nothing itself.
compiled() { $VENV/bin/python -m compileall -q -j 2 agentdesk agi crm dialplan ivr mainline recordings rehearsal; }

# --- the browser's side ------------------------------------------------------------------------

browser_libraries() {
    [ -f package-lock.json ] || return 0
    local stamp
    stamp=$(cat package.json package-lock.json | sha256sum)
    if [ "$(cat node_modules/.stamp 2>/dev/null)" != "$stamp" ]; then
        say "browser libraries / 浏览器库"
        quietly 14 no-browser-libraries "npm could not install the browser libraries." \
            "无法安装浏览器库。" "see the lines above" -- npm ci --no-audit --no-fund
        printf '%s' "$stamp" >node_modules/.stamp
        rm -f build/.stamp
    fi
    browser_bundle
}

browser_sources() {
    printf '%s\n' package.json package-lock.json
    find agentdesk -path '*/static/*' -type f -o -path '*/vendor/*' -type f
    find scripts -name '*.mjs'
}

browser_bundle() {
    local stamp
    stamp=$(browser_sources | sort | xargs -d '\n' sha256sum | sha256sum)
    [ "$(cat build/.stamp 2>/dev/null)" != "$stamp" ] || return 0
    say "browser programs / 浏览器程序"
    quietly 14 no-bundle "The browser's programs could not be built." "无法构建浏览器程序。" \
        "run: npm run build" -- npm run build
    mkdir -p build
    printf '%s' "$stamp" >build/.stamp
}

# --- Asterisk ----------------------------------------------------------------------------------

asterisk() {
    $VENV/bin/mainline asterisk || exit 15
}

system_packages
python_version
virtual_environment
compiled
browser_libraries
asterisk
