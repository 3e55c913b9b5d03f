"""What a run over a table was: told as a paragraph on methods, and checked by scoring again."""
