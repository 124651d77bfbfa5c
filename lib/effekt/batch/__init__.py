"""The batch: plan, check, execute what changed, draw the pages, put them in place whole. See `run` for the order of the steps."""
