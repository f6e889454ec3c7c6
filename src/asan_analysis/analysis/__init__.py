"""What the scores mean: coverage, breakdowns, agreement with announced figures."""
