"""What is deployed for a class names what is there, and says the same in each form."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from typing import Any

import yaml
from traitlets.config.loader import PyFileConfigLoader

from customer_casebook.__main__ import _parser
from tests.test_notebooks import ROOT

HUB = ROOT / "deploy" / "hub"


def test_both_hubs_start_a_learner_in_the_same_way() -> None:
    config: Any = PyFileConfigLoader("jupyterhub_config.py", str(HUB)).load_config()
    _, dash_m, module, *command = config.Spawner.cmd
    values = yaml.safe_load((HUB / "values.yaml").read_text("utf-8"))
    docker = (HUB / "Dockerfile").read_text("utf-8")
    assert [dash_m, module] == ["-m", "customer_casebook"]
    assert values["singleuser"]["cmd"] == ["customer-casebook", *command]
    [image] = re.findall(r"^CMD (.*)", docker, re.MULTILINE)
    assert json.loads(image) == values["singleuser"]["cmd"]
    assert _parser().parse_args(command).hub
    ours = {n: v for n, v in config.Spawner.environment.items() if n != "JUPYTER_CONFIG_PATH"}
    assert values["singleuser"]["extraEnv"] == ours
    assert config.Spawner.environment["JUPYTER_CONFIG_PATH"] == str(HUB)


def test_an_idle_server_ends_after_its_kernels() -> None:
    server = json.loads((HUB / "jupyter_server_config.json").read_text("utf-8"))
    values = yaml.safe_load((HUB / "values.yaml").read_text("utf-8"))
    ends = server["ServerApp"]["shutdown_no_activity_timeout"]
    assert server["MappingKernelManager"]["cull_idle_timeout"] < ends == values["cull"]["timeout"]


def test_the_image_is_made_of_files_and_extras_that_are_there() -> None:
    docker = (HUB / "Dockerfile").read_text("utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    [wanted] = re.findall(r'"/src\[(.*)\]"', docker)
    assert {*wanted.split(",")} <= {*extras}
    for name in re.findall(r"/src/([\w./]+)", docker):
        assert (ROOT / name).is_file(), name
    service = (HUB / "casebook-hub.service").read_text("utf-8")
    [config] = re.findall(r"src/(deploy\S+)", service)
    assert (ROOT / config).is_file()


def test_binder_installs_the_package_with_its_settings_into_a_python_that_it_runs_on() -> None:
    """As repo2docker writes it, which needs no engine for that."""
    command = [
        sys.executable,
        "-m",
        "repo2docker",
        "--no-build",
        "--debug",
        "--user-id=1000",
        str(ROOT),
    ]
    wrote = subprocess.run(command, capture_output=True, text=True, check=True)
    docker = wrote.stdout + wrote.stderr
    [base] = re.findall(r"environment-2epy-2d(\d)-2e(\d+)-2d", docker)
    assert base == ("3", "12")
    copied, updated = (
        docker.index("COPY --chown=1000:1000 src/ ${REPO_DIR}/"),
        docker.index("env update"),
    )
    assert copied < updated  # the folder is there when pip is sent to it
    assert '-p ${NB_PYTHON_PREFIX} --file "environment.yml"' in docker
    assert "ENV NB_PYTHON_PREFIX=${CONDA_DIR}/envs/notebook" in docker
    assert (
        "KERNEL_PYTHON_PREFIX=${NB_PYTHON_PREFIX}" in docker
    )  # the server's: it finds our settings
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert "python=3.12" in conda["dependencies"]
