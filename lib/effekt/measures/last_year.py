"""How many months the last year of a life has, for the table that is made of them and the measure that reads it."""

LAST_YEAR = 12
