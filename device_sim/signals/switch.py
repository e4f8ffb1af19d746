"""What a device itself tells of whether it is switched on."""

from __future__ import annotations

from dataclasses import dataclass

from device_sim.signals.rota import Rota
from device_sim.signals.shapes import Times
from tocsin.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Switch:
    """Tells in the field ``name`` of its messages ``on`` or ``off``, as its *rota* has it."""

    name: str
    on: str
    off: str
    rota: Rota
    utc_offset_h: float

    def tell(self, t_ms: Times) -> list[str]:
        """What it tells at each event time *t_ms* ``[n]``."""
        is_on = self.rota.is_on(t_ms, self.utc_offset_h).tolist()
        return [self.on if on else self.off for on in is_on]


def find_switch(profile: Profile, rota: Rota | None, utc_offset_h: float = 0.0) -> Switch | None:
    """The switch of a device of *profile*; None where its readings show it, or it is always on."""
    states = profile.states
    if rota is None or states is None or states.told_by is None:
        return None
    by_state = {state: name for name, state in states.names.items()}
    return Switch(states.told_by, by_state["running"], by_state["off"], rota, utc_offset_h)
