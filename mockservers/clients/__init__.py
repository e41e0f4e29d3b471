"""Sample exporters in Python that do what the vendors' pages ask for: to read, to start from, and to try the kit on.

Each is a module with `export(target, orders)` and the other tasks that its vendor has, and a program that
`mockservers conform` can run: `python -m mockservers.clients.fanship`. `python -m mockservers.clients` lists them and
those in other languages, which are files that stand alone.
"""
