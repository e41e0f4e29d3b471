"""`python -m mockservers` is the command `mockservers`."""

from mockservers.cli import main

main()
