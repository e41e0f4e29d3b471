"""`mockservers run --isolate`: a command in namespaces of its own, where nothing but the mocks can be reached."""
