"""A case of one's own: asked fact by fact, decided by the rules, and kept beside the journal."""
