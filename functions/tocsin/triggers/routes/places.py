"""The HTTP API of where devices stand (docs/api.md)."""

from __future__ import annotations

from tocsin.domain.access.principal import VIEWER
from tocsin.triggers.api.answers import Output
from tocsin.triggers.api.calls import AnyRoute, Call, Route
from tocsin.triggers.api.inputs import Nothing
from tocsin.triggers.api.site_query import SiteQuery
from tocsin.usecases.showing.find_named import check_shown_site


class PlaceShown(Output):
    """Where a device stands. ``floor`` is empty where it is not said."""

    building: str
    floor: str


class PlacesShown(Output):
    """By device id, of those of which it is known."""

    places: dict[str, PlaceShown]


async def list_places(call: Call[SiteQuery, Nothing]) -> PlacesShown:
    """Where the devices of a site stand."""
    services, site_id = call.services, call.query.site
    places = await services.places.list_places(site_id)
    if not places:
        await check_shown_site(site_id, fleet=services.fleet, settings=services.site_settings)
    return PlacesShown(
        places={name: PlaceShown(place.building, place.floor) for name, place in places.items()}
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        "places", "GET", "places", VIEWER, SiteQuery, Nothing, {200: PlacesShown}, list_places
    ),
)  # fmt: skip
