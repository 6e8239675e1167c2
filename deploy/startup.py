"""What IPython runs when it starts: whoever runs a lesson's cell before its first one reads what to do.

An installation puts this into etc/ipython/startup. Notebooks of other people start in the same environment, so it
imports nothing, leaves no name behind, and every other error looks as before.
"""


def explain(shell, kind, error, trace, tb_offset=None):
    """Show a NameError; a sentence replaces the traceback where a cell calls what is ours."""
    from linecache import getline
    from traceback import walk_tb

    try:
        from customer_casebook import __all__ as ours
    except ImportError:  # its folder is moved or gone
        ours = ()
    *_, (frame, line) = walk_tb(trace)
    name, code = error.name, frame.f_code
    is_cell = frame.f_globals is shell.user_ns and code.co_name == "<module>"
    if is_cell and name in ours and f"{name}(" in getline(code.co_filename, line):
        words = (
            f"{name} is not here yet. In a lesson the first cell brings it: choose Run, then Run All Cells. "
            f"In a cell of your own, write above it: from customer_casebook import {name}"
        )
        error._render_traceback_ = lambda: [words]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


get_ipython().set_custom_exc((NameError,), explain)
del explain
