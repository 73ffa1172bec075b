"""What a teller may allow, in the order in which it is told. Words for each: words.toml [consent]."""

SCOPES = ("count", "paraphrase", "quote", "name", "contact", "ship", "llm")

# How a word on a scope was heard. Words for each: words.toml [consent], heard_….
HEARD = ("submission", "reply", "spoken", "other")

# How it was made sure that who withdraws is who told: it came by the channel of the submission, or by the operator's word.
VERIFIED = ("channel", "operator")
