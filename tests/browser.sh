#!/bin/sh
# The browser tests need Chromium. Installs Debian's package where that is possible, else says loudly what is skipped.
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests ..."
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y chromium && exit 0
fi
echo "**********************************************************************"
echo "** Chromium is not installed: the browser tests will be SKIPPED.    **"
echo "** Install it (Debian: apt-get install chromium) and run make test. **"
echo "**********************************************************************"
[ "${CI:-}" != true ]
