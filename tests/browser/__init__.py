"""The calculator's page in a browser."""
