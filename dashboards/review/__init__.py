"""確認: what people decide of stories, in the browser. It asks flows (asked.py); nothing is decided here."""
