"""Phone pages of those who visit."""
