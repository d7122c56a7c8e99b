#!/bin/sh
# One slow test opens the slides with LibreOffice. Installs Debian's package where that is possible, else says loudly
# what is skipped. Without recommends: about 90 MB to fetch and 270 MB on the disk.
command -v soffice >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing LibreOffice Impress for the slides' test ..."
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends libreoffice-impress \
    && exit 0
fi
echo "********************************************************************************"
echo "** LibreOffice is not installed: the test that opens the slides is SKIPPED.   **"
echo "** Install it (Debian: apt-get install libreoffice-impress), run make test.    **"
echo "********************************************************************************"
[ "${CI:-}" != true ]
