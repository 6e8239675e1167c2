#!/usr/bin/env bash
# repo2docker (what Binder runs) reads the Python of environment.yml only where it is given with "=".
#
# `python >=3.11` is valid for conda, and the most usual way to state a minimum. repo2docker takes it for no
# version at all and writes an image whose environment is made for its default, Python 3.10; "conda env update" then
# changes the Python under what is installed there already. `python=3.12` begins with 3.12.
#
# Seen with jupyter-repo2docker 2026.4.0. No container engine is needed: it only prints the Dockerfile.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jupyter-repo2docker==2026.4.0

made_for() { # the Python of the base environment for a line of environment.yml
  mkdir -p "$folder/repository"
  printf 'name: lessons\nchannels:\n  - conda-forge\ndependencies:\n  - %s\n' "$1" > "$folder/repository/environment.yml"
  "$folder/venv/bin/jupyter-repo2docker" --no-build --debug --user-id 1000 --user-name reader "$folder/repository" 2>&1 |
    grep -o 'environment-2epy-2d3-2e[0-9]*' | head -1 | sed 's/.*2d3-2e/3./'
}

for line in "python >=3.11" "python=3.12"; do
  echo "$line: the environment is made for Python $(made_for "$line")"
done | tee "$folder/said"
diff "$folder/said" - << 'END'
python >=3.11: the environment is made for Python 3.10
python=3.12: the environment is made for Python 3.12
END
echo "as described"
