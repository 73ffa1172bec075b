"""The verbs of `neta`, by room. Importing a room hangs its verbs on the door, in the order in which it is imported."""
