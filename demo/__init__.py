"""A small newsroom on loopback and the service that polls it: what `make demo` shows."""
