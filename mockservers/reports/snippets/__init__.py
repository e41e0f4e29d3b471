"""A recorded call as code to paste: a curl command, a pytest test, a Vitest test. It runs without changes."""
