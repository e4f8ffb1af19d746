from __future__ import annotations

from azure.functions.warmup import WarmUpContext

from tests.fakes.models import FakeModels
from tests.fakes.services import Plant
from tests.unit.tocsin.triggers.app_functions import functions_of
from tocsin.domain.profile import Profile


class Watched(FakeModels):
    """Remembers whose model was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def current(self, profile: Profile) -> None:
        self.asked.append(profile.name)


async def test_warm_up_loads_the_model_of_each_profile() -> None:
    models = Watched()
    await functions_of(Plant(models=models).services())["warm_up"](WarmUpContext())
    assert sorted(models.asked) == ["probe", "rig"]
