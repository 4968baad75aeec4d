"""Levers: reforms as small, named, dated patches on a scenario, one after the other.

Modules, each importing only those before it: settings; kinds; scope; apart, difference; routes; service,
pools; union; merge, reform; catalogue; words; course.
"""

from simulator.scenario.levers.catalogue import LEVERS
from simulator.scenario.levers.course import Change, Course, apply, course
from simulator.scenario.levers.difference import Changed, changes
from simulator.scenario.levers.kinds import Kind, first_day
from simulator.scenario.levers.settings import Setting
from simulator.scenario.levers.words import parse, text

__all__ = [
    "LEVERS",
    "Change",
    "Changed",
    "Course",
    "Kind",
    "Setting",
    "apply",
    "changes",
    "course",
    "first_day",
    "parse",
    "text",
]
