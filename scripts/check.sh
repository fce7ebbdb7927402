#!/usr/bin/env bash
# Everything that can be said about the code without running it. Goes on after a failure, names each.
set -u
cd "$(dirname "$0")/.."
failed=()

run() {
    local name=$1
    shift
    printf '· %s\n' "$name"
    "$@" || failed+=("$name")
}

run "form / 格式" .venv/bin/ruff format --check --quiet .
run "lint / 规则" .venv/bin/ruff check --quiet .
run "layers / 分层" .venv/bin/lint-imports --no-logo 
run "types / 类型" .venv/bin/mypy
run "translations / 翻译" .venv/bin/python -m scripts.translations
[ ! -f package.json ] || run "browser code / 浏览器代码" npm run --silent check

[ ${#failed[@]} -eq 0 ] || { printf '\n✗ failed / 未通过: %s\n' "${failed[*]}" >&2; exit 1; }
printf '✓ all checks passed / 全部通过\n'
