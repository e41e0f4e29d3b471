"""`mockservers run --isolate`: a command in separate namespaces, in which it can reach only the mocks."""
