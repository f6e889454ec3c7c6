"""Workbooks that people fill: templates, import, export of the answers of one body."""
