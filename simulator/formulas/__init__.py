"""What can be said of a scenario by formulas that know opening hours, and where lateness came from."""
