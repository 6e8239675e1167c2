"""Customer Casebook: cases that teach to tell customers and services apart.

What a notebook may import stands in the stub beside this file. A name is loaded when it is first
asked for, so that the command line needs no widgets.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
