"""Fits the late-interaction head and the confidence from SQuAD-format files."""
