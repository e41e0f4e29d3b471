"""Local stand-ins for OmniSegment, FANSHIP, eSputnik and Zangsho that tell what became of every item sent.

`mockservers serve` runs them; the pytest fixtures `omnisegment`, `fanship`, `esputnik` and `zangsho` give a test a
fresh tenant of each. Nothing is imported here, so that a pytest run which uses none of it pays nothing.
"""
