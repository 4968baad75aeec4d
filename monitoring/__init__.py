"""The display: what streams publish through `dossier.view.View`, as metrics, JSON and a web page.

Nothing here names a dossier, and nothing here knows Faust, Kafka or the simulator.
"""
