"""What the modules of channels are made of: ways of asking a source, and forms of files, each in a file of its own."""
