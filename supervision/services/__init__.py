"""The verbs of supervision: `from supervision import services as supervision`."""
