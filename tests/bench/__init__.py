"""Whatever is compared takes turns, in one run on one machine: ratios hold where times do not."""
