"""The cases of the store's conformance suite, one module a noun. `bide.testing.store_conformance` puts them together."""
