"""The project around the code: its files agree with each other, and its wheel is complete."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

import customer_casebook

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "customer_casebook"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OLDEST = f"{re.sub('[^0-9.]', '', PROJECT['requires-python'])}.0"  # "3.11" means 3.11.0 too
EXTRAS = {
    extra: [Requirement(line) for line in lines]
    for extra, lines in PROJECT["optional-dependencies"].items()
}


def with_extras(*extras: str) -> list[Requirement]:
    """What the package needs with these extras; an extra may name others of the package."""
    requirements = [Requirement(line) for line in PROJECT["dependencies"]]
    for extra in extras:
        for requirement in EXTRAS[extra]:
            own = requirement.name == PROJECT["name"]
            requirements += with_extras(*requirement.extras) if own else [requirement]
    return [*dict.fromkeys(requirements)]


NEEDED = with_extras("test")
CONSTRAINTS = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^(\S+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE
    )
}
INSTALLED = {canonicalize_name(dist.name): dist for dist in metadata.distributions()}
# What constraints.txt is made for; elsewhere a package or two comes or goes.
PLATFORM = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
PLATFORM |= {"python_version": OLDEST.rpartition(".")[0], "python_full_version": OLDEST}
LABEXTENSION = {
    path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("labextension/**/*.*")
}
# Where Jupyter looks in an environment for what we add to it, and where that is here.
FOR_JUPYTER = {
    "etc/jupyter/jupyter_server_config.d/customer-casebook.json": ROOT / "deploy/server.json",
    "share/jupyter/lab/settings/overrides.d/customer-casebook.json": ROOT / "deploy/settings.json",
}
for name, path in LABEXTENSION.items():
    place = name.replace("labextension", "share/jupyter/labextensions/customer-casebook")
    FOR_JUPYTER[place] = path
MODULES = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*.py")}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def imports(path: Path) -> set[str]:
    """The packages that a module imports, anywhere in it."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
    return {name.partition(".")[0] for name in modules}


def needed_by(requirements: list[Requirement]) -> set[NormalizedName]:
    """Everything that installing these brings along, by name."""
    todo = [(wanted.name, extra) for wanted in requirements for extra in ("", *wanted.extras)]
    done: set[tuple[NormalizedName, str]] = set()
    while todo:
        name, extra = todo.pop()
        if (canonicalize_name(name), extra) in done:
            continue
        done.add((canonicalize_name(name), extra))
        here = INSTALLED.get(canonicalize_name(name))
        for line in (here and here.requires) or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra, **PLATFORM}):
                todo += [(wanted.name, extra) for extra in ("", *wanted.extras)]
    return {name for name, _ in done}


def test_conda_users_get_what_is_tested(tmp_path: Path) -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    python, *others = conda[:-1]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))
    assert others == ["pip"]
    lines = conda[-1]["pip"]
    asked = tmp_path / "requirements.txt"
    # All that is tested is installed here, so nothing has to come from an index, but for a link.
    exact = "\n".join(lines).replace("-c ", f"-c {ROOT.as_uri()}/").replace("-e ", "")
    asked.write_text(exact, "utf-8")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-index")
    said = run(*pip, "--dry-run", "--no-build-isolation", "-r", asked, cwd=ROOT)
    assert f"Would install customer-casebook-{customer_casebook.__version__}" in said


def test_the_constraints_are_within_the_ranges_and_are_what_is_tested() -> None:
    for wanted in NEEDED:
        assert CONSTRAINTS[canonicalize_name(wanted.name)] in wanted.specifier, wanted
    assert needed_by(NEEDED) == CONSTRAINTS.keys()
    tested = {name: INSTALLED[name].version for name in CONSTRAINTS if name in INSTALLED}
    assert tested.items() <= CONSTRAINTS.items()


def test_the_constraints_name_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert lines == [f"{name}=={version}" for name, version in sorted(CONSTRAINTS.items())]


def test_every_pinned_release_runs_on_the_oldest_python_stated() -> None:
    for name in CONSTRAINTS.keys() & INSTALLED.keys():
        needs = SpecifierSet(*INSTALLED[name].metadata.get_all("Requires-Python", []))
        assert needs.contains(OLDEST), f"{name} needs Python {needs}, and we promise {OLDEST}"


def test_the_stated_pythons_are_the_classified_ones() -> None:
    minors = re.findall(r":: 3\.(\d+)$", "\n".join(PROJECT["classifiers"]), re.MULTILINE)
    assert [*map(int, minors)] == [*range(11, 15)]
    assert OLDEST == "3.11.0"


def test_the_version_is_told_in_one_place_and_the_changelog_knows_it() -> None:
    assert "version" not in PROJECT
    assert metadata.version("customer-casebook") == customer_casebook.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## [{customer_casebook.__version__}]" in changelog


# Each room, and the extra whose requirements it may import besides the run-time ones.
ROOMS = {
    "domain": "",
    "course": "",
    "widgets": "charts",
    "simulators": "charts",
    "start.py": "lab",
    "site": "site",
}
AUTHORS = ("authoring", "playable.py", "__main__.py")


def test_the_code_imports_only_what_it_declares() -> None:
    providers = metadata.packages_distributions()
    for name, path in MODULES.items():
        extra = "author" if name.parts[0] in AUTHORS else ROOMS.get(name.parts[0], "")
        declared = {
            canonicalize_name(wanted.name) for wanted in with_extras(*([extra] if extra else []))
        }
        for module in imports(path) - sys.stdlib_module_names - {"customer_casebook"}:
            distributions = {*map(canonicalize_name, providers[module])}
            assert declared & distributions, f"{name} imports {module}, which is not declared"


@pytest.mark.parametrize("name", ["facts", "rules", "verdict"])
def test_the_core_needs_the_standard_library_only(name: str) -> None:
    allowed = sys.stdlib_module_names | {"customer_casebook"}
    assert imports(PACKAGE / "domain" / f"{name}.py") <= allowed


def test_only_the_view_knows_widgets_and_charts() -> None:
    for name, path in MODULES.items():
        if name.parts[0] not in ("widgets", "simulators", "draft.py"):
            assert not imports(path) & {"IPython", "anywidget", "ipywidgets", "matplotlib"}, name


def test_every_make_verb_in_the_readme_exists_and_make_lists_them_all() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    verbs = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    assert verbs == set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"^\s*make ([a-z]+)|`make ([a-z]+)", readme, re.MULTILINE))
    assert {first or second for first, second in named} <= verbs
    listed = re.findall(r"^make ([a-z]+) ", run("make"), re.MULTILINE)
    assert set(listed) == verbs


def test_a_command_is_written_as_the_lines_for_a_learner_make_it_known() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    before, _, rest = readme.partition("Wherever this page says `customer-casebook` in a command")
    starts = re.findall(r"^(\S+ -m customer_casebook) start$", before, re.MULTILINE)
    assert len(starts) == 2  # on Windows, and elsewhere
    assert not re.search("customer-casebook [a-z]", before)
    for start in starts:
        assert f"`{start}`" in rest.partition("\n\n")[0]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        text = path.read_text("utf-8")
        commands = re.findall(r"`([^`]*customer[-_]casebook (?:start|journal|check)[^`]*)`", text)
        assert all(each.startswith(f"{starts[1]} ") for each in commands), path.name


def test_make_says_in_a_sentence_which_python_it_needs() -> None:
    def complaint(python: str) -> str:
        command = ["make", "lab", "VENV=build/never", f"PYTHON={python}"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 2
        return result.stderr

    assert "There is no no-such-python here" in complaint("no-such-python")
    assert "needs Python 3.11 or newer; false is older" in complaint("false")
    assert not (ROOT / "build" / "never").exists()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tracked files, so that nothing else can get in."""
    source = tmp_path_factory.mktemp("source")
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, source / name)
    built = tmp_path_factory.mktemp("wheel")
    # hatchling is in the test environment, so that building needs no network.
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", built, source)
    (path,) = built.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_package_and_the_licences(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    package = {name.removeprefix("src/") for name in tracked() if name.startswith("src/")}
    package -= {f"customer_casebook/{name}" for name in LABEXTENSION}
    notebooks = (name for name in tracked() if name.startswith("notebooks/"))
    lessons = {f"customer_casebook/{name}" for name in notebooks if name.endswith(".ipynb")}
    assert len(lessons) == 21
    assert package | lessons | {"customer_casebook/content.json"} <= packed
    data = f"customer_casebook-{customer_casebook.__version__}.data/data"
    assert {f"{data}/{place}" for place in FOR_JUPYTER} <= packed
    for kind in (".py", ".pyi", ".yaml", ".json", ".js", ".css"):
        assert any(name.endswith(kind) for name in package), kind
    for name in ("LICENSE", "LICENSE-content"):
        assert any(path.endswith(f"/licenses/{name}") for path in packed)


# Neither an author's tools nor a chart's are there; what is shown is still all there.
LEARNERS_KERNEL = """
import sys
sys.modules |= dict.fromkeys(("jupyterlab", "matplotlib", "pydantic", "yaml"))
from customer_casebook import ledger, study
for activity in (study("hr-pay-run"), ledger()):
    print("text/html" in activity._repr_mimebundle_()[0])
"""


def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Only the wheel is installed. What it depends on is borrowed from the environment that runs
    this test: `make` installed that from the same metadata, and a second copy costs a minute.
    """
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel)
    (site,) = venv.glob("lib/python*/site-packages")
    # A folder named in a .pth file is searched last, and its own .pth files, such as that of our
    # editable install, are not read.
    (site / "borrowed.pth").write_text(str(Path(yaml.__file__).parents[1]))
    where = run(
        python, "-I", "-c", "import customer_casebook as it; print(it.__file__)", cwd=tmp_path
    )
    assert Path(where.strip()).is_relative_to(site)
    answer = run(venv / "bin" / "customer-casebook", "--version", cwd=tmp_path)
    assert customer_casebook.__version__ in answer
    run(
        python,
        "-I",
        "-c",
        f"from customer_casebook.start import *; bring(Path({str(tmp_path / 'lessons')!r}))",
    )
    assert len([*(tmp_path / "lessons").glob("*.ipynb")]) == 21
    lesson = run(python, "-I", "-c", LEARNERS_KERNEL, cwd=tmp_path)
    assert lesson.splitlines() == ["True", "True"]
    ipython = (python, "-I", "-m", "IPython", "--colors=nocolor")
    cell = run(*ipython, "-c", "get_ipython().run_cell('study()')", cwd=tmp_path)
    assert cell.startswith("study is not here yet. In a lesson the first cell brings it:")


def test_the_environment_has_what_jupyter_looks_for_as_it_is_here() -> None:
    """pip copies it, also from a folder that is linked; `make` copies it again when it changes."""
    for place, source in FOR_JUPYTER.items():
        assert Path(sys.prefix, place).read_bytes() == source.read_bytes()


def test_the_extension_of_the_page_has_the_version_of_the_package() -> None:
    about = json.loads((PACKAGE / "labextension" / "package.json").read_text("utf-8"))
    assert about["version"] == customer_casebook.__version__
    assert f"labextension/{about['jupyterlab']['_build']['load']}" in LABEXTENSION


def test_files_are_tested_in_their_order(pytestconfig: pytest.Config) -> None:
    assert not pytestconfig.getoption("loadscopereorder")


def tracked() -> list[str]:
    """The files under version control, and new ones that are not ignored."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    return [name for name in listed if (ROOT / name).is_file()]


# Written so that this file does not find itself.
UNWANTED = {
    "a path of somebody's machine": r"/(?:home|root|Users)/\w|[/]work/(?:main|shared)",
    "a package registry or content network": (
        r"[p]ypi\.org|[p]ythonhosted\.org|[n]pmjs\.|[u]npkg\.com|[j]sdelivr\.net|[c]dnjs\."
    ),
    "a word the trade mark's owner alone may use": r"(?i)\b(?:[c]ertified|[a]ccredited)\b",
    "a server's token": r"token=[0-9a-f]{32}",
}


@pytest.mark.parametrize(("what", "pattern"), UNWANTED.items(), ids=UNWANTED)
def test_no_file_contains(what: str, pattern: str) -> None:
    for name in tracked():
        try:
            text = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        assert re.findall(pattern, text) == [], f"{name} contains {what}"
