"""Python's garbage collector, in processes that stay, and in those that build many documents.

What Django and the libraries have made when a process begins its work lives as long as it does.
The collector would walk through it again and again: a fifth and more of the time of a worker that
builds documents.
"""

from __future__ import annotations

import gc
from typing import Any

# New objects after which it looks through the youngest; 700 by default. A batch makes some ten
# thousand, which all go at its end.
YOUNG = 10_000


def leave_what_is_there(**_: Any) -> None:
    """Called once a process has loaded what it needs; receives `worker_process_init` of Celery."""
    gc.freeze()
    gc.set_threshold(YOUNG)
