"""The life of a dossier: its state, what may happen in it, and the fold."""
