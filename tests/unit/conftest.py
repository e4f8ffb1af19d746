"""Property tests on machines of any speed."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is not a failed property; a hung test ends by pytest's own time-out.
settings.register_profile("tocsin", deadline=None)
settings.load_profile("tocsin")
