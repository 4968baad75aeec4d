"""Sinks: where a run's facts go.

A ladder, each importing only those before it: whole, spool, names, columns, daily, words, page; sink; lines,
tables, parquet, xes, ocel, plot; ocel_json, ocel_sqlite; formats, which chooses by a file's name.
Beside them stands kafka.
"""
