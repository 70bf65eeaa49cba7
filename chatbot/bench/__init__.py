"""Measuring how fast the chatbot is."""
