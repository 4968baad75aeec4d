"""`motcua steer`: levers to a simulation that runs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from motcua.options import FILE, Address, kafka_config_option, lang_option

if TYPE_CHECKING:
    from simulator.scenario.model import Lever


@click.command()
@click.argument("scenario")
@click.argument("levers", nargs=-1, required=True, metavar="LEVER...")
@click.option("--kafka", type=Address(), metavar="HOST:PORT", help="The broker that the simulation feeds.")
@kafka_config_option
@click.option("--store", type=FILE, help="The embedded log that it writes.")
@lang_option
def steer(scenario: str, levers: tuple[str, ...], kafka: str | None, store: Path | None, lang: str) -> None:
    """Change the offices of a simulation while it runs with --speed or --backfill.

    It asks for levers every ten simulated minutes, pulls them at once, or on the day that they name, and
    tells of it in its events (`steered`, `staff_changed`). A run that begins later is not changed.

    \b
    Examples:
      motcua simulate quickstart --store run.sqlite --speed 3600        in one terminal
      motcua steer quickstart --store run.sqlite staff:pool=leader,add=1
      motcua steer quickstart --kafka 127.0.0.1:9092 saturday:on=2026-03-16 edd
    """
    from motcua.orders import send
    from simulator.scenario.files import load
    from simulator.scenario.levers import course, parse
    from streams.control import Order, encode

    world = load(scenario)
    pulled = [parse(lever) for lever in levers]
    course(world, pulled)
    now = datetime.now(UTC)
    orders = [Order(scenario=world.name, lever=_written(lever), at=now) for lever in pulled]
    send([encode(order) for order in orders], kafka, store)
    for order in orders:
        click.echo(f"{'đã gửi tới' if lang == 'vi' else 'sent to'} {world.name}: {order.lever}")


def _written(lever: "Lever") -> str:
    """The lever in words; BadInput where they are more than an event holds."""
    from motcua.files import BadInput
    from simulator.scenario.levers import text

    written = text(lever)
    if len(written) > 200:
        raise BadInput(f"{written[:60]}...: a lever has 200 characters at most; pull several")
    return written
