"""Whatever the process has set for its own work, every activity is shown the same, and the settings stay."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "customer_casebook"

# Every activity in a kernel, with its callbacks; what it shows, and what is set before and after.
PROGRAM = """
import locale, logging, random, re, sys, warnings
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
import matplotlib

shell = InteractiveShell.instance()

def settings():
    handlers = [repr(each) for each in logging.getLogger().handlers]
    return [
        dict(matplotlib.rcParams), warnings.filters[:], locale.localeconv(), handlers,
        logging.getLogger().level, random.getstate(), shell.display_formatter.active_types,
    ]

def show(widget):
    for data in shell.display_formatter.format(widget):
        data.pop("application/vnd.jupyter.widget-view+json", None)
        shown.extend(f"{kind}: {text}" for kind, text in data.items())

exec(sys.argv[2])
before, shown = settings(), []
import customer_casebook as ccb
HUB, FERRIES = "marketing-campaign-hub", "ferries-ticket-shop"
simulators = [ccb.ledger(), ccb.service_levels(), ccb.going_direct(), ccb.expectation_gap()]
for activity in simulators:
    show(activity)
    card = activity.card
    right = [place for place, each in enumerate(card.questions[0].options) if each in card.questions[0].right]
    card.set_state({"answers": {"0": {"press": "p", "choice": right, "sure": True, "ms": 1}}})
    for name, control in activity.bench.controls.items():
        end = [*control.options][-1] if hasattr(control, "options") else control.max
        activity.bench.set_state({"values": {**activity.bench.values, name: end}})
        shown.append(str(activity.bench.view))
    shown.append(str(card.acknowledged["p"]))
show(ccb.study(HUB))
show(ccb.compare(HUB, FERRIES))
show(ccb.what_if(HUB))
show(ccb.find_evidence(HUB))
show(ccb.sort_parties([HUB, FERRIES]))
show(ccb.own_the_relationship([HUB]))
show(ccb.term("sponsor"))
show(ccb.practice("one-chief-executive", n=2))
show(ccb.progress())
show(ccb.review())
exam = ccb.exam(seed=1, n=3)
show(exam)
for what in ("start", "finish"):
    exam.paper._handle_custom_msg({"what": what, "exam": exam.paper.exam}, [])
shown.append(exam.paper.verdict)
for call in ("cases()", "case(HUB)", 'decide(dict(consumes="yes"), "customer")'):
    shown.append(str(eval(f"ccb.{call}")))
random_ids = r"\\b[hm][0-9a-f]{10}\\b"
Path(sys.argv[1]).write_text(re.sub(random_ids, "", "\\n".join(shown)), "utf-8")
assert [*map(str, settings())] == [*map(str, before)]
"""

SETTINGS = {
    "LaTeX and pictures cut to their ink": """
matplotlib.rcParams |= {"text.usetex": True, "savefig.bbox": "tight", "savefig.pad_inches": 2}""",
    "a style of one's own": """
from cycler import cycler
matplotlib.rcParams |= {
    "hatch.color": "white", "hatch.linewidth": 0, "axes.prop_cycle": cycler(color="r"), "axes.grid": True,
    "font.family": "serif", "font.size": 30, "axes.linewidth": 9, "xtick.direction": "in", "figure.dpi": 300,
    "legend.fontsize": 3, "legend.handlelength": 9, "path.sketch": (9, 9, 9), "patch.linewidth": 5,
    "axes.formatter.use_locale": True, "axes.autolimit_mode": "round_numbers", "svg.fonttype": "path",
    "figure.constrained_layout.use": True, "lines.markersize": 30, "lines.dash_capstyle": "round",
    "axes.labelpad": 40, "xtick.labelsize": 3, "figure.subplot.left": 0.5, "svg.id": "chart",
}""",
    "a dark theme drawn by hand": """
import matplotlib.pyplot as plt
plt.style.use("dark_background")
plt.xkcd()""",
    "charts of the notebook's own": """
matplotlib.use("module://matplotlib_inline.backend_inline")
import matplotlib.pyplot as plt
plt.rcParams["figure.figsize"] = (20, 20)
plt.plot([1, 2])""",
    "another country": """
locale._override_localeconv = {"decimal_point": ",", "thousands_sep": ".", "grouping": [3, 0]}
matplotlib.rcParams["axes.formatter.use_locale"] = True""",
    "warnings are errors": 'warnings.simplefilter("error")',
    "everything is logged": """
logging.basicConfig(level=logging.DEBUG)
logging.captureWarnings(True)
logging.disable(logging.CRITICAL)""",
    "another display": """
shell.display_formatter.active_types = ["text/plain"]
shell.display_formatter.formatters["text/html"].enabled = False
shell.run_line_magic("precision", "1")
shell.run_line_magic("pprint", "")
shell.ast_node_interactivity = "all"
shell.run_line_magic("xmode", "Verbose")""",
    "numbers are handled with care": """
import decimal, numpy
numpy.seterr(all="raise")
numpy.set_printoptions(precision=1, legacy="1.13")
decimal.getcontext().prec = 1
decimal.getcontext().traps[decimal.Inexact] = True""",
}


def shown(setting: str, home: Path) -> str:
    """What all activities show in a kernel with a setting."""
    home.mkdir()
    out = home / "shown.txt"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, out, setting],
        env={
            "CUSTOMER_CASEBOOK_DATA": str(home),
            "HOME": str(home),
            "PYTHONPATH": ":".join(sys.path),
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "DEBUG" not in done.stdout
    return out.read_text("utf-8")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    return shown("", tmp_path_factory.mktemp("plain") / "home")


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_activity_is_shown_the_same_and_leaves_the_settings(
    setting: str, plain: str, tmp_path: Path
) -> None:
    assert plain.count("<svg") > 20
    assert shown(setting, tmp_path / "home").splitlines() == plain.splitlines()


def test_no_text_is_written_in_the_language_of_the_computer() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert not re.findall(r"strftime|\bimport locale|:n\}", path.read_text("utf-8")), path.name
