#!/bin/sh
# Firefox ESR 153.8.0 on Linux, driven over WebDriver BiDi with websockets 16.1.1: what a page has stored in localStorage, and
# reads back, is still in the process of its tab. A tab that dies at once (killed for its memory, or crashed) takes it
# along, though the page had gone on by then: some in a hundred. No error, and no event.
#
# A round trip over two BroadcastChannels of the page takes the same way to Firefox's main process, after what was stored.
# Whoever waits for it before saying "saved" has lost nothing.
#
# A dying page here is the tab's own process, ended by SIGKILL as soon as the script's reply is there. About four minutes.
#
# Seen:
#   stored, then killed: some of 150 lost
#   stored, round trip, then killed: 0 of 150 lost
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check websockets==16.1.1 psutil==7.2.2
apt-get download -qq 'firefox-esr=153.8.0esr*'
dpkg-deb --extract firefox-esr_*.deb firefox
mkdir www
echo '<!doctype html><title>A page</title>' > www/index.html
cat > kill.py <<'PY'
import json
import os
import re
import signal
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import psutil
from websockets.sync.client import connect

TIMES = 150
ROUND_TRIP = """await new Promise((resolve) => {
    const [mouth, ear] = [new BroadcastChannel("x"), new BroadcastChannel("x")];
    ear.onmessage = resolve;
    mouth.postMessage(1);
});"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def tabs():
    for process in psutil.Process(firefox.pid).children(recursive=True):
        try:
            if process.cmdline()[-1:] == ["tab"]:
                yield process.pid
        except psutil.Error:
            continue


def end(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def call(method, **params):
    socket.send(json.dumps({"id": 1, "method": method, "params": params}))
    while (reply := json.loads(socket.recv(timeout=60))).get("id") != 1:
        pass
    if reply["type"] != "success":
        raise SystemExit(str(reply))
    return reply["result"]


def run(tab, script):
    said = call("script.evaluate", expression=f"(async () => {{ {script} }})()", target={"context": tab}, awaitPromise=True)
    return said["result"].get("value")


def open_page():
    tab = call("browsingContext.create", type="tab")["context"]
    call("browsingContext.navigate", context=tab, url=url, wait="complete")
    return tab


def lost(wait):
    count, tab = 0, open_page()
    for number in range(TIMES):
        pids = list(tabs())
        run(tab, f"localStorage['{number}'] = 'x'.repeat(300); {wait}")
        end(pids)
        tab = open_page()
        count += not run(tab, f"return localStorage['{number}'] !== undefined")
    run(tab, "localStorage.clear()")
    return count


server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory="www"))
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://localhost:{server.server_port}/"
program = ["firefox/usr/lib/firefox-esr/firefox-esr", "--headless", "--no-remote", "--remote-debugging-port", "0"]
log = open("log", "w+")
firefox = subprocess.Popen([*program, "--profile", "home"], stdout=log, stderr=log)
try:
    while not (found := re.search(r"listening on (ws://\S+)", open("log").read())):
        if firefox.poll() is not None:
            raise SystemExit("Firefox has ended")
    with connect(f"{found[1]}/session", max_size=None) as socket:
        call("session.new", capabilities={})
        plain, waited = lost(""), lost(ROUND_TRIP)
finally:
    for child in psutil.Process(firefox.pid).children(recursive=True):
        end([child.pid])
    firefox.kill()
print(f"stored, then killed: {'some' if plain else 'none'} of {TIMES} lost ({plain})")
print(f"stored, round trip, then killed: {waited} of {TIMES} lost")
sys.exit(not plain or bool(waited))
PY
mkdir home
HOME=$folder/home venv/bin/python kill.py
