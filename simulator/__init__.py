"""The world: a scenario and a seed make the events of one-stop offices, on SimPy.

The ladder of modules, each importing only those before it: scenario, draws, demand, world, route, office, run, sinks.
"""
