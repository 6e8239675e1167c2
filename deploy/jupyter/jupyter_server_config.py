"""What the launcher and a hub add to Jupyter's own settings: notebooks are saved tidily.

Found through JUPYTER_CONFIG_PATH. Everything else stays as Jupyter ships it: the server asks for
its token and listens on this computer only.
"""

from customer_casebook.jupyter import save_tidily

c = get_config()
c.ContentsManager.pre_save_hook = save_tidily
