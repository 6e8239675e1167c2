#!/usr/bin/env bash
# `pip install jupyterlab` needs a C compiler on an Intel Mac, for a package of one cryptographic function.
#
# jupyter-server wants argon2-cffi, which wants argon2-cffi-bindings of any version. From 26.1.0 on these have wheels for
# Apple silicon, Windows and Linux, but none for macOS on Intel. pip prefers the newest release, a source there, to the one
# before, which has a wheel; and no error says so before the compiler is missed. Ask for argon2-cffi-bindings<26 or use
# --prefer-binary.
#
# Seen with argon2-cffi-bindings 25.1.0, 26.1.0 and 26.2.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"

has_wheel() { # VERSION TAG...
  local version=$1 tags=()
  shift
  for tag in "$@"; do tags+=(--platform "$tag"); done
  "$folder/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --only-binary :all: "${tags[@]}" \
    --python-version 3.12 --dest "$folder/wheels" "argon2-cffi-bindings==$version" > "$folder/log" 2>&1 && echo yes && return
  grep -q "No matching distribution" "$folder/log" || { cat "$folder/log" >&2; exit 1; }
  echo no
}

for version in 25.1.0 26.1.0 26.2.0; do
  intel=$(has_wheel "$version" macosx_10_9_x86_64 macosx_10_12_x86_64 macosx_10_15_x86_64 macosx_11_0_x86_64 macosx_14_0_x86_64)
  apple=$(has_wheel "$version" macosx_11_0_arm64 macosx_14_0_arm64)
  echo "$version: a wheel for Intel Macs: $intel, for Apple silicon: $apple"
done | tee "$folder/said"
diff "$folder/said" - << 'END'
25.1.0: a wheel for Intel Macs: yes, for Apple silicon: yes
26.1.0: a wheel for Intel Macs: no, for Apple silicon: yes
26.2.0: a wheel for Intel Macs: no, for Apple silicon: yes
END
echo "as described"
