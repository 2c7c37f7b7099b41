"""An assistant's questions, answered over the Model Context Protocol from the listener's own warehouse."""
