"""What the pages ask for and do not do themselves (dashboards/doing.py), made of the same functions as the verbs."""
