#!/usr/bin/env bash
# Makes the pictures of the guide anew: scripts/pictures.sh (after a build of the preset release). Then look at them.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v pngquant >/dev/null || { echo "Please install pngquant." >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
QT_QPA_PLATFORM=offscreen ALWAYSON_PICTURES=$folder build/release/test_gui test_guide_pictures
for picture in "$folder"/*.png; do
    pngquant --force --strip --speed 1 --output "docs/pictures/$(basename "$picture")" "$picture"
done
ls -l docs/pictures
