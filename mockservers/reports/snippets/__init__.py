"""A recorded call as something to paste that runs as it is: curl, a pytest test, a Vitest test."""
