"""Pages on people: what they allow, which accounts are one person's, what is held of them, and their withdrawal."""
