"""Answers, handed over: read back in input order, shaped for whoever asked, written whole or not at all."""
