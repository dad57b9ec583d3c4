"""What bide's own paths answer with, one module a noun."""
