"""Everything about getting the suite onto a machine: virtual environment, lock, wheelhouse, conda file, the README's picture."""
