"""What integrators import: the pytest plugin, and tenants to test against.

Nothing heavy is imported here: pytest loads the plugin in every run of every project that has mockservers installed.
"""
