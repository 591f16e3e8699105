"""The right wing: from the store to the world. `pipeline` is its one sentence."""
