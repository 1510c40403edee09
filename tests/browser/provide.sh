#!/bin/sh
# Makes sure there is a Chromium for the browser tests, where that can be done; says loudly when it cannot. Never fails.
# CHROMIUM names a browser that lies elsewhere.

skip() {
    echo "*** NO BROWSER: $1. The browser tests will not run." >&2
    echo "*** Install chromium and fonts-noto-cjk, or set CHROMIUM to the path of a Chromium or Chrome." >&2
    exit 0
}

have() { command -v "$1" >/dev/null 2>&1; }

if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || have "$CHROMIUM" || skip "CHROMIUM=$CHROMIUM cannot be run"
    exit 0
fi
if [ -x /usr/bin/chromium ] || have chromium || have chromium-browser || have google-chrome; then
    exit 0
fi

distribution=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}")
case " $distribution " in
    *" debian "* | *" ubuntu "*) have apt-get || skip "there is no apt-get here" ;;
    *) skip "this is not Debian or Ubuntu" ;;
esac

if [ "$(id -u)" -eq 0 ]; then
    as_root="env"
elif have sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    skip "installing one needs root"
fi

echo "Installing Chromium and fonts for the browser tests (once) ..."
quietly="DEBIAN_FRONTEND=noninteractive"
$as_root $quietly apt-get update -qq >/dev/null 2>&1
if ! $as_root $quietly apt-get install -y -qq --no-install-recommends \
    chromium fonts-noto-cjk fonts-noto-color-emoji >/dev/null 2>&1; then
    skip "the packages could not be installed"
fi
[ -x /usr/bin/chromium ] || have chromium || skip "the package brought no chromium"
exit 0
