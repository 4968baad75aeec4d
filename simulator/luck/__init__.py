"""Random numbers with names, or another program's, and the filings that they bring."""
