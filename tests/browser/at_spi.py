"""Firefox and WebKit as a screen reader has them: read, and pressed, by way of the bus on which it listens (AT-SPI).

Nothing of a page's code takes part in it, so what is read here is what the browser makes of the page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_ACTION = "org.a11y.atspi.Action"
_PROPERTIES = "org.freedesktop.DBus.Properties"
DESKTOP = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
_ROLES = {
    7: "check box",
    10: "column header",
    20: "filler",
    23: "frame",
    27: "image",
    29: "label",
    31: "list",
    32: "list item",
    34: "menu",
    39: "panel",
    43: "push button",
    44: "radio button",
    47: "row header",
    51: "slider",
    54: "status bar",
    55: "table",
    56: "table cell",
    61: "text",
    62: "toggle button",
    73: "paragraph",
    79: "entry",
    81: "caption",
    83: "heading",
    85: "section",
    88: "link",
    90: "table row",
    95: "document web",
    101: "alert",
    105: "block quote",
    110: "landmark",
    116: "static",
}
_STATES = {3: "busy", 4: "checked", 5: "collapsed", 10: "expanded", 20: "pressed", 23: "selected"}
_SENSITIVE = 24  # the state of what can be used
_CONTROLS = {"check box", "push button", "radio button", "slider", "toggle button"}
_CHILD = "\ufffc"  # stands in a text for a child

# No welcome, no terms and no news of Firefox before the page.
_QUIET = """
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.preonboarding.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
user_pref("startup.homepage_welcome_url", "");
user_pref("termsofuse.bypassNotification", true);
"""

BROWSERS = {
    "Firefox": ["firefox-esr", "--no-remote", "--kiosk", "--profile"],
    "WebKit": ["/usr/lib/*/webkit2gtk-4.1/MiniBrowser", "--full-screen"],
}
NEEDED = ["firefox-esr", "/usr/lib/*/webkit2gtk-4.1/MiniBrowser", "Xvfb", "dbus-daemon"]
NEEDED += ["WebKitWebDriver"]


def program(name: str) -> str | None:
    """Where a program is, by its name or by a pattern of its path."""
    return shutil.which(name) or next(map(str, Path("/").glob(name[1:])), None)


class Node(NamedTuple):
    """What is told of one thing on the page."""

    where: tuple[str, str]
    role: str
    name: str
    text: str
    states: frozenset[str]
    children: tuple[Node, ...]

    def all(self) -> Iterator[Node]:
        """It, and everything in it, in the order of reading."""
        yield self
        for child in self.children:
            yield from child.all()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """A line for each thing that has something to tell, and below it what is in it."""
        text = "" if self.text == self.name else self.text
        said = [self.role, self.name and repr(self.name), *sorted(self.states), text]
        if is_told := self.role != "section" or self.name or text:
            yield "  " * depth + " ".join(filter(None, said))
        for child in self.children:
            yield from child.lines(depth + bool(is_told))


class Bus:
    """What the programs on a bus tell."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

    def call(self, where: tuple[str, str], method: str, form: str = "", *body: Any) -> Any:
        """Ask, by the name of an interface and of its method."""
        name, path = where
        interface, _, method = method.rpartition(".")
        message = new_method_call(DBusAddress(path, name, interface), method, form or None, body)
        reply = self._connection.send_and_get_reply(message, timeout=30)
        if reply.header.message_type == MessageType.error:
            raise LookupError(f"{method} of {where}: {reply.body}")
        return reply.body[0] if reply.body else None

    def get(self, where: tuple[str, str], interface: str, name: str) -> Any:
        """A property."""
        return self.call(where, f"{_PROPERTIES}.Get", "ss", interface, name)[1]

    def set(self, where: tuple[str, str], interface: str, name: str, value: bool) -> None:
        """Change a property."""
        self.call(where, f"{_PROPERTIES}.Set", "ssv", interface, name, ("b", value))

    def node(self, where: tuple[str, str]) -> Node:
        """A thing with all that is in it."""
        number = self.call(where, f"{_ACCESSIBLE}.GetRole")  # WebKit names none
        role = _ROLES.get(number, f"role {number}")
        low, high = self.call(where, f"{_ACCESSIBLE}.GetState")
        bits = low | high << 32
        states = {word for bit, word in _STATES.items() if bits >> bit & 1}
        if role in _CONTROLS:
            self.get(
                where, _ACTION, "NActions"
            )  # Firefox does nothing before it was asked what there is to do
            if not bits >> _SENSITIVE & 1:
                states.add("disabled")
        text = ""
        if "org.a11y.atspi.Text" in self.call(where, f"{_ACCESSIBLE}.GetInterfaces"):
            text = self.call(where, "org.a11y.atspi.Text.GetText", "ii", 0, -1)
            text = " ".join(text.replace(_CHILD, " ").split())
        name = self.get(where, _ACCESSIBLE, "Name")
        children = tuple(map(self.node, self.children(where)))
        return Node(where, role, name, text, frozenset(states), children)

    def children(self, where: tuple[str, str]) -> list[tuple[str, str]]:
        """What is in a thing. The place where WebKit shows a page lists none, though it has one."""
        listed: list[tuple[str, str]] = self.call(where, f"{_ACCESSIBLE}.GetChildren")
        if not listed and self.get(where, _ACCESSIBLE, "ChildCount"):
            return [self.call(where, f"{_ACCESSIBLE}.GetChildAtIndex", "i", 0)]
        return listed

    def page(self, title: str) -> Node | None:
        """The page of this title, once there is one."""
        try:
            found = (each for each in self.node(DESKTOP).all() if each.role == "document web")
            return next((each for each in found if title in each.name), None)
        except LookupError:  # something went while it was read
            return None

    def press(self, node: Node) -> None:
        """Do what a screen reader does to press something."""
        self.call(node.where, f"{_ACTION}.DoAction", "i", 0)


@contextmanager
def browsing(name: str, address: str, home: Path) -> Iterator[Bus]:
    """A browser of `BROWSERS` that shows an address on a screen of its own, and the bus on which it tells of it."""
    own = {each: str(home) for each in ("HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME")}
    own |= {"LIBGL_ALWAYS_SOFTWARE": "1"}
    with ExitStack() as stack:

        def start(*command: str, told: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
            environment = {**os.environ, **own}
            process = subprocess.Popen(
                command, env=environment, text=True, stdout=told, stderr=subprocess.DEVNULL
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        def connect(address: str) -> Bus:
            return Bus(stack.enter_context(open_dbus_connection(address)))

        size = ["-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
        screen = start("Xvfb", "-displayfd", "1", *size, told=subprocess.PIPE)
        own["DISPLAY"] = f":{_line(screen)}"
        daemon = start(
            "dbus-daemon", "--session", "--print-address", "--nofork", told=subprocess.PIPE
        )
        own["DBUS_SESSION_BUS_ADDRESS"] = _line(daemon)
        desktop, helper = (
            connect(own["DBUS_SESSION_BUS_ADDRESS"]),
            ("org.a11y.Bus", "/org/a11y/bus"),
        )
        reader = connect(desktop.call(helper, "org.a11y.Bus.GetAddress"))
        for switch in ("IsEnabled", "ScreenReaderEnabled"):
            desktop.set(helper, "org.a11y.Status", switch, True)
        [first, *flags] = BROWSERS[name]
        if flags[-1] == "--profile":
            (home / "user.js").write_text(_QUIET, "utf-8")
            flags.append(str(home))
        start(program(first) or first, *flags, address)
        yield reader


def _line(process: subprocess.Popen[str]) -> str:
    """The first thing that a program says."""
    assert process.stdout
    said = process.stdout.readline().strip()
    assert re.search(r"\w", said), f"{process.args!r} did not start"
    return said
