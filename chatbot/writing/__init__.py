"""Answers written by a language model, of which only what the corpus says is shown."""
