"""What is done to a text before it is typed, what a value that cannot be typed tells, and what only the whole of a file shows."""
