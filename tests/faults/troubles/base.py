from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.faults.editors import Editors
from tests.faults.stand import Stand

Trouble = Callable[[Stand, Editors, random.Random], None]


def a_while(rng: random.Random) -> None:
    time.sleep(rng.uniform(1.5, 4))
