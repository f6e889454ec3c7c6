"""How results are shown: words, charts, saved outputs, executed notebooks, pages."""
