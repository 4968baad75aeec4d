"""The display: what streams publish through `dossier.view.View`, as metrics, JSON, a web page and pictures of it.

Nothing here names a dossier, and nothing here knows Faust, Kafka or the simulator.
"""
