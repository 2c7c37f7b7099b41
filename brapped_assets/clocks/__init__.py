"""Time zones that are taken, clocks that are wrong, and instants that can be."""
