"""The world: a scenario and a seed make the events of one-stop offices, on SimPy.

Rooms, each importing only those before it: scenario; luck; engine; sinks; summary, run, parallel;
calibration.
"""
