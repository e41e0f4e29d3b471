"""`python -m mockservers.cli` is the command `mockservers`."""

from mockservers.cli import main

main()
