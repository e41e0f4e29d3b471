"""Vendor mutants: whether a test suite notices when the vendor starts to lose.

A mutant is a vendor that is wrong in one way: it drops a document and answers as before, accepts what it refused,
leaves a field out of its replies, works a day too late, follows another reading, or has another limit. The suite is
run again on each mutant, without the verdict of the ledger, which real vendors do not give. A suite that still passes
only looked on.

    facts.py        what each test had the vendor do
    mutants.py      the mutants that those facts call for
    transforms.py   a decision, made wrong in one way: pure functions
    altering.py     a vendor that decides as a mutant does
    runs.py         suites run again on mutants, side by side
    score.py        what was killed and what survived, as text
    plugin.py       `pytest --mockservers-mutate`
"""
