"""Experiments: many runs of many worlds with the same luck, and what may be concluded from them."""
