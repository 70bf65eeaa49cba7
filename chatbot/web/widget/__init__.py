"""The widget: one script that puts the chat on any site."""
