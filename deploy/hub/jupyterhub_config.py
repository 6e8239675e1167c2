"""A JupyterHub for a class on one machine: who has an account there logs in, and has lessons and answers of their own.

Start it in a folder that stays, such as /srv/casebook, for the hub keeps its database there::

    jupyterhub --config .../deploy/hub/jupyterhub_config.py

Without root it serves only the account that starts it. The sizes fit sixty learners who come within five minutes.
"""

import os
import sys
from pathlib import Path

c = get_config()
here = Path(__file__).parent.resolve()

c.Authenticator.allow_all = True  # who may log in at all, the accounts of the machine decide

# Brings a learner's lessons at each start, and opens the next one.
c.Spawner.cmd = [sys.executable, "-m", "customer_casebook", "start", "--hub"]
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(here),  # jupyter_server_config.json, beside this file
    "OPENBLAS_NUM_THREADS": "1",  # else a lesson with a chart makes as many threads as there are cores
}
c.JupyterHub.concurrent_spawn_limit = 2 * (os.cpu_count() or 1)  # the others wait their turn
c.Spawner.start_timeout = 300  # seconds, in that queue too
c.Spawner.http_timeout = 120

# What the learners have open lives on while the hub is started anew.
c.JupyterHub.cleanup_servers = False
