"""All levers: their descriptions from `levers.yaml`, and the patch that each is on a scenario."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from types import MappingProxyType

import msgspec
import yaml

from simulator.scenario.levers import merge, pools, reform, routes, service
from simulator.scenario.levers.kinds import Kind, Use
from simulator.scenario.levers.settings import Setting
from simulator.scenario.model import Part, Scenario

Patch = Callable[[Scenario, Use], Scenario]
PATCHES: Mapping[str, Patch] = MappingProxyType(
    {
        "simplify": routes.simplify,
        "limits": routes.limits,
        "supplement-once": routes.supplement,
        "e-signature": routes.e_signature,
        "online-share": service.online_share,
        "digitise": service.digitise,
        "e-hand-over": service.e_hand_over,
        "post-office": service.post_office,
        "payment-online": service.payment_online,
        "apology": service.apology,
        "misconduct": service.misconduct,
        "saturday": service.saturday,
        "staff": pools.staff,
        "pooling": pools.pooling,
        "edd": pools.edd,
        "queue": pools.queue,
        "one-queue": pools.one_queue,
        "many-queues": pools.many_queues,
        "absence": pools.absence,
        "two-tier": merge.two_tier,
        "demand": reform.demand,
        "rules": reform.rules,
    }
)


class _File(Part, frozen=True):
    """`common`: the settings that many levers have, by name; each lever's `scope` names its own."""

    common: dict[str, Setting]
    levers: list[Kind]


def _read() -> dict[str, Kind]:
    text = (files("simulator") / "scenario" / "levers" / "levers.yaml").read_text("utf-8")
    raw = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are the safe ones)
    file = msgspec.convert(raw, _File)
    kinds = {}
    for kind in file.levers:
        common = {name: file.common[name] for name in kind.scope}
        kinds[kind.name] = msgspec.structs.replace(kind, settings={**kind.settings, **common})
    return kinds


LEVERS: Mapping[str, Kind] = MappingProxyType(_read())
"""The catalogue."""
