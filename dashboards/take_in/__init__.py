"""Taking in: a file or a text comes from the browser, conversations are ticked, what became of it is told."""
