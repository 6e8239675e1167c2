#!/usr/bin/env bash
# A learner's server at a JupyterHub loads the hub's database library, which it never uses: a third of its memory.
#
# `jupyterhub-singleuser` has no database. But jupyterhub.singleuser imports the hub's log, which imports the hub's pages,
# which import SQLAlchemy and alembic; its client for HTTP is aiohttp beside tornado's. With sixty learners on
# one machine that is nearly three gigabytes.
#
# Seen with jupyterhub 6.1.1, jupyter-server 2.21.1, SQLAlchemy 2.1.9 on CPython 3.11, Linux.
#   loaded: sqlalchemy, alembic, aiohttp; 54 MiB of its own before, 101 after
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  jupyterhub==6.1.1 jupyter-server==2.21.1 sqlalchemy==2.1.9 alembic==1.20.1 aiohttp==3.14.5 psutil

"$folder/venv/bin/python" - << 'END'
import sys
from psutil import Process

def own():
    return Process().memory_full_info().uss / 2**20

import jupyter_server.serverapp
server = own()
import jupyterhub.singleuser.app
learner = own()
loaded = [name for name in ("sqlalchemy", "alembic", "aiohttp") if name in sys.modules]
print(f"loaded: {', '.join(loaded)}; {server:.0f} MiB of its own before, {learner:.0f} after")
assert loaded == ["sqlalchemy", "alembic", "aiohttp"]
assert learner > 1.6 * server, "it has become lighter"
END
echo "as described"
