"""One module a figure: each draws a result in its language and nothing else."""
