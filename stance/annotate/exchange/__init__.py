"""Files of other annotation tools: a module for each, without its package."""
