"""Codebooks as something that is edited: checked, changed under people's decisions, tried before it is used, kept in Excel."""
