"""Paragraphs that readers annotate: the table of their readings, its exchange, their agreement."""
