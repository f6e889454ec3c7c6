"""How good the data and the tree are: the audit of an index."""
