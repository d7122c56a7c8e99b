"""The services that can be fetched from: their addresses, their pace, their adapters."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..places import Places
from .adapter import Adapter
from .client import Client, Limits
from .kolada import KoladaAdapter
from .pxweb import PxWebAdapter, PxWebV1Adapter


@dataclass(frozen=True)
class Service:
    """One statistics service. `source` is its folder in `data/raw/`."""

    source: str
    name: str
    address: str
    limits: Limits
    adapter: Callable[[Client, Places], Adapter]

    @property
    def variable(self) -> str:
        """The environment variable that holds another base address."""
        return f"LAGESBILD_{self.source.upper()}_URL"

    def client(self, addresses: Mapping[str, str | None]) -> Client:
        """A client at the address given for this source, else the environment's, else the service's own."""
        address = addresses.get(self.source) or os.environ.get(self.variable) or self.address
        return Client(self.name, address, self.limits)


KOLADA = Service(
    source="kolada",
    name="Kolada",
    address="https://api.kolada.se/v3/",
    limits=Limits(calls=5, window=1.0),
    adapter=lambda client, places: KoladaAdapter(client, frozenset(places.names)),
)
# A PxWeb service's pace is read from its /config before anything else is asked; until then a call a second.
SCB = Service(
    source="scb",
    name="SCB",
    address="https://statistikdatabasen.scb.se/api/v2/",
    limits=Limits(calls=1, window=1.0),
    adapter=lambda client, places: PxWebAdapter(client),
)
FOHM = Service(
    source="fohm",
    name="Folkhälsomyndigheten",
    address="https://fohm-app.folkhalsomyndigheten.se/Folkhalsodata/api/v1/sv/",
    limits=Limits(calls=1, window=1.0),
    adapter=lambda client, places: PxWebV1Adapter(client),
)
SERVICES = (KOLADA, SCB, FOHM)
