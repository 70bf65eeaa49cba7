"""Measures how well the chatbot answers, and how well it knows when not to: `chatbot evaluate`."""
