"""Options that an action plugin and its module share."""
