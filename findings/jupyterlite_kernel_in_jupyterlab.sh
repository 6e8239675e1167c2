#!/usr/bin/env bash
# Whoever installs what builds a JupyterLite site changes the JupyterLab beside it: "OK" is said of what cannot load there.
#
# jupyterlite-pyodide-kernel puts its extension where each JupyterLab of the environment loads extensions from. It wants the
# shared module @jupyterlite/services, which only JupyterLite has, and asks for it without a way out. So each page of JupyterLab
# (and of Voila) reports an error in its console, while `jupyter labextension list` says "enabled OK". Build sites in an
# environment of their own, or let tests know the message.
#
# Seen with jupyterlab 4.6.6 and jupyterlite-pyodide-kernel 0.8.6:
#   jupyter labextension list: @jupyterlite/pyodide-kernel-extension v0.8.6 enabled OK
#   wants @jupyterlite/services, bundled: False; JupyterLab shares it: False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jupyterlab==4.6.6 jupyterlite-pyodide-kernel==0.8.6

"$folder/venv/bin/jupyter" labextension list 2>&1 | sed 's/\x1b\[[0-9;]*m//g' |
  grep -o '@jupyterlite/pyodide-kernel-extension v[0-9.]* enabled OK' | sed 's/^/jupyter labextension list: /' | tee "$folder/said"
"$folder/venv/bin/python" - << 'END' | tee -a "$folder/said"
import json, sys
from pathlib import Path

share = Path(sys.prefix, "share", "jupyter")
about = share / "labextensions" / "@jupyterlite" / "pyodide-kernel-extension" / "package.json"
wants = json.loads(about.read_text())["jupyterlab"]["sharedPackages"]["@jupyterlite/services"]
core = json.loads((share / "lab" / "static" / "package.json").read_text())
shares = "@jupyterlite/services" in json.dumps(core)
print(f"wants @jupyterlite/services, bundled: {wants.get('bundled', True)}; JupyterLab shares it: {shares}")
END
diff "$folder/said" - << 'END'
jupyter labextension list: @jupyterlite/pyodide-kernel-extension v0.8.6 enabled OK
wants @jupyterlite/services, bundled: False; JupyterLab shares it: False
END
echo "as described"
