"""From a sender's files to canonical tables: contracts, readers, checks, study keys; and the synthetic region."""
