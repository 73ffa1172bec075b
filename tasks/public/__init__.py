"""The public edition: which counts may be shown so that nobody can work out the others, and what an edition shows."""
