"""What others ask for: index 766 and the targets of reform plans."""
