"""Fax: documents to pages for the line, and what came back to files."""
