"""Property tests on machines of any speed, and no more threads than the tests have processes."""

from __future__ import annotations

import os

from hypothesis import settings

# A slow machine is not a failed property; a hung test ends by pytest's own time-out.
settings.register_profile("tocsin", deadline=None)
settings.load_profile("tocsin")

# The tests take both cores already: torch's other threads would only wait for each other. Read
# when torch is first imported, so also by what a test starts.
os.environ.setdefault("OMP_NUM_THREADS", "1")
