"""Scenarios held against published figures, and tuned to them."""
