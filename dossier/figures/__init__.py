"""What dossiers count for: standings, indicators, windows, periods."""
