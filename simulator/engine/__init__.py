"""The motor: SimPy's clock and hours; dossiers and what is told of them; pools; routes; offices; the
province."""
