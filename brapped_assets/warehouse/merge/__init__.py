"""The merge of all sources into the fact."""
