"""The law's clock: calendars, dated rules, limits and due dates."""
