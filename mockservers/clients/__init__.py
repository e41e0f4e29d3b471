"""Sample exporters in Python that follow the vendors' pages: to read, to copy, and to test with the conformance kit.

Each is a module with `export(target, orders)` and the other tasks that its vendor has, and a program that
`mockservers conform` can run: `python -m mockservers.clients.fanship`. `python -m mockservers.clients` lists them and
those in other languages, which are single files.
"""
