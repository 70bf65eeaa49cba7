"""The page: one FastAPI application with Gradio mounted on it."""
