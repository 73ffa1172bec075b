"""What a teller may allow, in the order in which it is told. Words for each: words.toml [consent]."""

SCOPES = ("count", "paraphrase", "quote", "name", "contact", "ship", "llm")
