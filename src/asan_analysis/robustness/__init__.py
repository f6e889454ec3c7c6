"""Would another reasonable method change the result: uncertainty, sensitivity, certificates."""
