"""When things happen: the worker's clockwork."""
