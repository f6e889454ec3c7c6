"""The datasets under `data/`, each read once by a worker; nobody changes what they hold."""

from functools import cache

from asan_analysis.data.datasets import Dataset, load_dataset


@cache
def load_shipped(name: str) -> Dataset:
    """A dataset by its id; reading and checking the sample takes a second."""
    return load_dataset(name)
