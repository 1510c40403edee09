"""What end-to-end tests stand on: databases, a running product, and people who talk to it."""
