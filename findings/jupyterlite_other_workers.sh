#!/bin/sh
# jupyterlite-core 0.8.6, Chromium: a page of JupyterLite that finds a service worker in control of it, and has not been
# opened in this browser before, unregisters every service worker of its origin, those of other sites under other
# paths too: it calls getRegistrations(), which knows the origin only. So a site that works offline, beside a
# JupyterLite on the same host, has lost its worker after a visit there, and says nothing; it is back after the next visit
# with a network. The caches stay.
#
# Serve the two from different origins, or register the site's worker again on each of its pages.
#
# Needs Chromium, or one that CHROMIUM names.
#
# Seen:
#   before: /site/
#   after JupyterLite: /site/live/
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jupyterlite-core==0.8.6 playwright==1.65.0
mkdir -p www/site lite
(cd lite && ../venv/bin/python -m jupyterlite_core build --apps lab --output-dir ../www/site/live > /dev/null 2>&1)
echo 'self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));' > www/site/worker.js
cat > www/site/index.html <<'HTML'
<!doctype html><title>A site</title><script>navigator.serviceWorker.register("worker.js")</script>
HTML
cat > visit.py <<'PY'
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import sync_playwright

ASK = """navigator.serviceWorker.getRegistrations().then((all) =>
    all.filter(({ active }) => active).map(({ scope }) => new URL(scope).pathname).sort().join(" "))"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory="www"))
threading.Thread(target=server.serve_forever, daemon=True).start()
site = f"http://localhost:{server.server_port}/site/"
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
    page = browser.new_page()
    page.goto(site)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    print("before:", page.evaluate(ASK))
    page.goto(site + "live/lab/index.html")
    page.wait_for_selector("#jp-main-dock-panel", timeout=120_000)
    page.wait_for_function(f"async () => (await {ASK}) === '/site/live/'", timeout=60_000)
    print("after JupyterLite:", page.evaluate(ASK))
    browser.close()
PY
venv/bin/python visit.py | tee seen
diff - seen <<'SEEN'
before: /site/
after JupyterLite: /site/live/
SEEN
