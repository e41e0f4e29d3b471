"""Vendor mutants: whether a test suite notices when the vendor starts to lose.

A mutant is a vendor with one defect: it drops a document and answers as before, accepts a call that it should refuse,
omits a field from its replies, does its later work a day too late, follows another reading, or has another limit. The
suite is run again on each mutant, without the verdict of the ledger, because real vendors give none. A suite that still
passes does not check what the mutant does wrong.

    facts.py        what the vendors did in each test
    mutants.py      the mutants for these facts
    transforms.py   the defects: pure functions that change a decision
    altering.py     a vendor with the defect of a mutant
    runs.py         runs of suites on mutants, in parallel
    score.py        killed and surviving mutants, as text
    plugin.py       `pytest --mockservers-mutate`
"""
