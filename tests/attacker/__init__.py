"""Somebody who has the public edition, a solver and time: what of the hidden cells can they work out?

Knows nothing of neta's code: reads the CSV files as anybody would, and writes down every relation that must hold.
"""
