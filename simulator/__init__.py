"""The world: a scenario and a seed make the events of one-stop offices, on SimPy.

A ladder of modules, each importing only those before it: model, checks, scenario; draws, demand;
world, route, ledger, letters, office, run; sinks; calibration, phu_tho.
"""
