"""What every room may know: errors, clock, outcome, signals, units."""
