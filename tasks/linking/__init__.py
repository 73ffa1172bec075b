"""Linking: which submissions carry one telling. Pure functions; the stage that uses them is tasks/link.py.

comparable.py   bodies → text without what copies differ in; 3-grams of it
signatures.py   texts → MinHash, cached per text
candidates.py   keys and signatures → pairs that are worth a look
evidence.py     pair → containment, resemblance → same, perhaps or nothing
alike.py        tellings → links by their texts
stars.py        links → those that make no chain of several people's texts
announcements.py  a short post that leads to another submission
stories.py      links and what people decided → stories
"""
