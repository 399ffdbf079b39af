"""Staff pages, one module a page."""
