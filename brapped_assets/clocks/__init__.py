"""Time zones that are taken, and clocks that are wrong."""
