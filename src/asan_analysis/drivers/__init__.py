"""What makes one organisation score higher than another, and what would raise a score."""
