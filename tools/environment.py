"""Mend an environment whose project folder was renamed or copied: `make` does so before it uses it.

pip writes the folder's path into the link to our code and into every script.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from json import loads
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

HERE = Path(__file__).parents[1].resolve()


def main(prefix: Path) -> str | None:
    """Make the environment that runs this belong to this folder.

    Args:
        prefix: The folder of the environment.

    Returns:
        What the learner has to do, if it is not ours to mend.
    """
    try:
        about = distribution("customer-casebook")
    except PackageNotFoundError:
        return None  # nothing is installed yet
    link = about.read_text("direct_url.json")
    home = Path(url2pathname(urlsplit(loads(link)["url"]).path)) if link else HERE
    if home.resolve() == HERE:
        return None
    if not prefix.resolve().is_relative_to(HERE):
        return (
            f"The environment in {prefix} runs the course in {home}, not the one in this folder.\n"
            f"To use it here, remove {prefix / 'lab.stamp'} and start again. Or leave VENV out: "
            "then this folder gets an environment of its own."
        )
    print("This folder was moved or copied. Its environment is mended.", file=sys.stderr)
    site = Path(str(about.locate_file("")))
    for path in [*prefix.glob("bin/*"), *site.glob("*.pth"), *site.glob("*/direct_url.json")]:
        if path.is_file() and not path.is_symlink():
            move(path, home)  # the last one says where the environment belongs
    return None


def move(path: Path, home: Path) -> None:
    """Write this folder's path into a file, in place of ``home``."""
    content = before = path.read_bytes()
    for form in (os.fsencode, lambda folder: folder.as_uri().encode()):
        whole = re.compile(re.escape(form(home)) + rb"(?=[/\"'\s]|$)")
        content = form(HERE).join(whole.split(content))
    # A first line that begins with #! can have no space in it; then the shell finds Python.
    shell = rb"""#!/bin/sh\n'''exec' "\1" "$0" "$@"\n' '''\n"""
    content = re.sub(rb"\A#!(/[^\n]* [^\n]*/python[\d.]*)\n", shell, content)
    if content != before:
        path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main(Path(sys.prefix)))
