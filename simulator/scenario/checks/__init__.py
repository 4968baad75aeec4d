"""Checks: a scenario that is read or changed can be run, or every fault is told with its path.

Modules, each importing only those before it:
bounds, faults, names; shape, times; routes, staff; offices; whole.
"""

from simulator.scenario.checks.whole import check, checked

__all__ = ["check", "checked"]
