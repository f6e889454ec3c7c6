"""How the index is scored: the tree, the rules, common scales, aggregation, ranks."""
