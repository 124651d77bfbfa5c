"""How a sender's files are opened, one module a form: whatever they are, their rows reach DuckDB as text, and nothing in them is run or fetched."""
