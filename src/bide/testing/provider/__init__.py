"""The cases of the provider's conformance suite, one module a subject. `bide.testing.provider_conformance` puts them together."""
