"""The left wing: from the world to the store. `pipeline` is its one sentence, every verb of it a module."""
