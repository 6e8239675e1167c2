#!/bin/sh
# Firefox ESR 153.8.0 on Linux, over AT-SPI (the bus of screen readers), with jeepney 0.9.0: the first DoAction on a control of a
# page answers true, and does nothing. Firefox keeps what can be done with a control in another process, and sends for it
# when somebody first asks. DoAction itself counts as the first question, and is answered before the list has come.
# Whoever has read the number of actions (NActions) a moment before presses at the first try.
#
# A test that presses by way of AT-SPI therefore fails on the first controls alone, and on others not. Ask for NActions when the
# tree is read.
#
# Needs Xvfb, dbus-daemon, at-spi2-core and the libraries of Firefox; Firefox itself is unpacked into a temporary folder.
#
# Seen:
#   pressed at once: DoAction true, checked no
#   asked before, then pressed: DoAction true, checked yes
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jeepney==0.9.0
apt-get download -qq 'firefox-esr=153.8.0esr*'
dpkg-deb --extract firefox-esr_*.deb firefox
cat > page.html <<'HTML'
<!doctype html><title>Two groups</title>
<label><input type="radio" name="a">one</label>
<label><input type="radio" name="b">two</label>
HTML
cat > press.py <<'PY'
import os
import subprocess
import sys
import time
from pathlib import Path

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

ACCESSIBLE, ACTION, PROPERTIES = "org.a11y.atspi.Accessible", "org.a11y.atspi.Action", "org.freedesktop.DBus.Properties"
CHECKED = 1 << 4


def start(*command):
    told = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    programs.append(told)
    return told


def ask(bus, where, interface, method, form=None, *body):
    name, path = where
    reply = bus.send_and_get_reply(new_method_call(DBusAddress(path, name, interface), method, form, body), timeout=30)
    if reply.header.message_type.name == "error":
        raise LookupError(reply.body)
    return reply.body[0] if reply.body else None


def radios(bus, where=("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")):
    if ask(bus, where, ACCESSIBLE, "GetRoleName") == "radio button":
        yield where
    for child in ask(bus, where, ACCESSIBLE, "GetChildren"):
        yield from radios(bus, child)


def once(condition):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if found := condition():
                return found
        except LookupError:
            continue
    raise SystemExit("waited in vain")


def press(bus, where, seconds=5):
    done = ask(bus, where, ACTION, "DoAction", "i", 0)
    end = time.monotonic() + seconds
    checked = False
    while time.monotonic() < end and not checked:
        checked = bool(ask(bus, where, ACCESSIBLE, "GetState")[0] & CHECKED)
    return f"DoAction {'true' if done else 'false'}, checked {'yes' if checked else 'no'}"


programs = []
home = Path.cwd() / "home"
home.mkdir()
os.environ.update(HOME=str(home), XDG_RUNTIME_DIR=str(home), XDG_CACHE_HOME=str(home))
os.environ["DISPLAY"] = ":" + start("Xvfb", "-displayfd", "1", "-nolisten", "tcp").stdout.readline().strip()
daemon = start("dbus-daemon", "--session", "--print-address", "--nofork")
os.environ["DBUS_SESSION_BUS_ADDRESS"] = address = daemon.stdout.readline().strip()
session, helper = open_dbus_connection(address), ("org.a11y.Bus", "/org/a11y/bus")
bus = open_dbus_connection(ask(session, helper, "org.a11y.Bus", "GetAddress"))
ask(session, helper, PROPERTIES, "Set", "ssv", "org.a11y.Status", "IsEnabled", ("b", True))
(home / "user.js").write_text('user_pref("browser.preonboarding.enabled", false);user_pref("termsofuse.bypassNotification", true);')
firefox = "firefox/usr/lib/firefox-esr/firefox-esr"
start(firefox, "--no-remote", "--profile", str(home), Path("page.html").resolve().as_uri())
try:
    first, second = once(lambda: (found := [*radios(bus)])[1:] and found)
    print("pressed at once:", press(bus, first))
    ask(bus, second, PROPERTIES, "Get", "ss", ACTION, "NActions")
    once(lambda: ask(bus, second, PROPERTIES, "Get", "ss", ACTION, "NActions")[1])
    print("asked before, then pressed:", press(bus, second))
finally:
    for program in reversed(programs):
        program.kill()
        program.wait()
PY
venv/bin/python press.py > seen 2> errors || { cat errors >&2; exit 1; }
cat seen
cat > expected <<'TXT'
pressed at once: DoAction true, checked no
asked before, then pressed: DoAction true, checked yes
TXT
diff expected seen
