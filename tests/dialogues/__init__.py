"""Conversations as transcripts, played through every channel."""
