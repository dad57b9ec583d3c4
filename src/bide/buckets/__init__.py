"""Files in object stores: a port, a driver for the clouds and the local disk, and one in memory."""
