"""The service: one loop that looks, decides and acts, and a module for each kind of step. No rules live here."""
