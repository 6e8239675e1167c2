#!/bin/sh
# hatchling 1.33.0 with pip 26.2: an editable install links the package's code to the checkout, and copies what
# `shared-data` names into the environment (setuptools leaves such files out of an editable install, so one may expect
# either that they are missing or that they are linked). After an edit the code is new and the copy is old, and nothing
# says so: a Jupyter extension under development keeps running as it was installed. A removed file stays as well.
#
# Install again after each change of such a file; a build rule that has them among its sources does it.
#
# Seen:
#   before: code 1, file 1
#   after an edit: code 2, file 1
#   after pip install -e again: code 2, file 2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pip==26.2
"$folder/venv/bin/pip" install --quiet hatchling==1.33.0 editables==0.5
mkdir -p "$folder/project/thing"
cd "$folder/project"
cat > pyproject.toml <<'TOML'
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "thing"
version = "1"
[tool.hatch.build.targets.wheel]
packages = ["thing"]
[tool.hatch.build.targets.wheel.shared-data]
"data.txt" = "share/thing/data.txt"
TOML
install() { "$folder/venv/bin/pip" install --quiet --no-build-isolation -e .; }
write() {
  echo "number = $1" > thing/__init__.py
  echo "$1" > data.txt
}
say() {
  code=$("$folder/venv/bin/python" -B -c "import thing; print(thing.number)")
  echo "$1: code $code, file $(cat "$folder/venv/share/thing/data.txt")"
}
{
  write 1
  install
  say "before"
  write 2
  say "after an edit"
  install
  say "after pip install -e again"
} | tee "$folder/seen"
diff - "$folder/seen" <<'SEEN'
before: code 1, file 1
after an edit: code 2, file 1
after pip install -e again: code 2, file 2
SEEN
