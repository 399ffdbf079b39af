"""Running the portal on one machine: embedded servers, the demo, the test session. Knows nothing of Django."""
