"""Customer Casebook: cases that teach to tell customers and services apart."""
