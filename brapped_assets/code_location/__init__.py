"""All of our definitions for a code location: Brapped's own, the demo's, or somebody else's."""
