"""The watch: events to the state of every dossier, and from it rolling figures.

One pure `PartitionProcessor`, run by two drivers: Faust on Kafka (`app`) and in process on SQLite (`local`).
"""
