"""What the scores of the next editions may be, how sure that is, and how it did before."""
