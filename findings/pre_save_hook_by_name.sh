#!/bin/sh
# jupyter-server 2.21.1: a save hook may be named by a string in a configuration file, for both hooks. To give the name
# to a contents manager that already exists works for post_save_hook only: the check of pre_save_hook imports what the
# trait held before, not what it is given, and fails on None (or on the function that was there).
#
# So an extension that sets `contents_manager.pre_save_hook = "package.module.hook"` when it is loaded stops with an
# AttributeError that names neither the trait nor the hook. Set the function itself, or register it with
# `register_pre_save_hook`, which also leaves the learner's own hook alone.
#
# Seen:
#   at construction: dumps
#   post, later: dumps
#   pre, later: AttributeError: 'NoneType' object has no attribute 'rsplit'
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jupyter-server==2.21.1 traitlets==5.15.1
cat > "$folder/try.py" <<'PY'
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

print("at construction:", AsyncLargeFileManager(pre_save_hook="json.dumps").pre_save_hook.__name__)
manager = AsyncLargeFileManager()
manager.post_save_hook = "json.dumps"
print("post, later:", manager.post_save_hook.__name__)
try:
    manager.pre_save_hook = "json.dumps"
    print("pre, later:", manager.pre_save_hook.__name__)
except AttributeError as error:
    print(f"pre, later: AttributeError: {error}")
PY
cd "$folder"
venv/bin/python try.py | tee seen
diff - seen <<'SEEN'
at construction: dumps
post, later: dumps
pre, later: AttributeError: 'NoneType' object has no attribute 'rsplit'
SEEN
