#!/bin/sh
# JupyterLab 4.6.6: what is scrolled into the middle of the window is out of the window one frame later. In the default
# windowing mode, "contentVisibility", a cell far from the window is not drawn, and has the height that it had when it
# was last drawn, which after a change of the window's width is that of the old width. As one scrolls near, the cell
# above is drawn and becomes higher or lower. The browser's own scroll anchoring would make up for it, but since 4.6
# JupyterLab's style forbids it to every cell but the active one (overflow-anchor: none).
#
# So scrollIntoView() is not enough in an extension or in a test that has changed the window's size: scroll again until
# the place stands still for some frames. In the mode "defer" nothing moves.
#
# Needs Chromium, or one that CHROMIUM names.
#
# Seen: a heading below a long text in the sixth of ten cells, after a window of 640 px became one of 1280 px:
#   contentVisibility, another cell is active: in the middle, then out of the window
#   contentVisibility, its cell is active: in the middle, then in the middle
#   defer, another cell is active: in the middle, then in the middle
set -eu
folder=$(mktemp -d)
trap 'kill "$lab" 2> /dev/null || true; rm -rf "$folder"' EXIT
lab=
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jupyterlab==4.6.6 jupyter-server==2.21.1 playwright==1.65.0
mkdir files home
cat > write.py <<'PY'
import nbformat.v4 as v4
import nbformat

text = "<p>" + "some words in a row " * 400 + "</p><h6>here</h6>"
shown = [v4.new_output("display_data", {"text/html": text})]
cells = [v4.new_code_cell("1", outputs=shown) for _ in range(10)]
kernel = {"name": "python3", "display_name": "Python 3"}
nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), "files/long.ipynb")
PY
venv/bin/python write.py
port=$(venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
HOME="$folder/home" venv/bin/jupyter lab --no-browser --expose-app-in-browser --allow-root --port "$port" --ServerApp.port_retries=0 \
  --IdentityProvider.token=t --notebook-dir files > lab.log 2>&1 &
lab=$!
cat > scroll.py <<'PY'
import os
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

PANEL = "jupyterapp.shell.currentWidget"
# Where a heading is as soon as it is scrolled to, and twenty frames later.
SCROLL = """async place => {
    const heading = document.querySelectorAll(".jp-OutputArea h6")[place];
    const where = () => {
        const {top} = heading.getBoundingClientRect();
        if (Math.abs(top - innerHeight / 2) < 100) return "in the middle";
        return top < 0 || top > innerHeight ? "out of the window" : "elsewhere";
    };
    heading.scrollIntoView({block: "center"});
    const first = where();
    for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
    return `${first}, then ${where()}`;
}"""
url = f"http://127.0.0.1:{sys.argv[1]}"
for _ in range(240):
    try:
        urllib.request.urlopen(f"{url}/api", timeout=5).close()
        break
    except OSError:
        time.sleep(0.25)

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])

    def seen(mode, active):
        page = browser.new_page(viewport={"width": 640, "height": 900})
        page.goto(f"{url}/lab/tree/long.ipynb?token=t&reset")
        page.wait_for_function(f"window.jupyterapp && {PANEL}?.context?.isReady && {PANEL}.content.model", timeout=120_000)
        page.evaluate("jupyterapp.shell.collapseLeft()")
        if mode:
            page.evaluate(f"mode => {{ {PANEL}.content.notebookConfig = {{...{PANEL}.content.notebookConfig, windowingMode: mode}} }}", mode)
        page.wait_for_function("document.querySelectorAll('.jp-OutputArea h6').length === 10")
        for place in range(10):
            page.evaluate(SCROLL, place)
        page.evaluate(f"() => {{ {PANEL}.content.activeCellIndex = {active} }}")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate(SCROLL, 0)
        page.evaluate(SCROLL, 9)
        told = page.evaluate(SCROLL, 5)
        mode = page.evaluate(f"{PANEL}.content.notebookConfig.windowingMode")
        page.close()
        return f"{mode}, {'its' if active == 5 else 'another'} cell is active: {told}"

    print(seen(None, 0), seen(None, 5), seen("defer", 0), sep="\n")
    browser.close()
PY
venv/bin/python -u scroll.py "$port" | tee seen
diff - seen <<'SEEN'
contentVisibility, another cell is active: in the middle, then out of the window
contentVisibility, its cell is active: in the middle, then in the middle
defer, another cell is active: in the middle, then in the middle
SEEN
