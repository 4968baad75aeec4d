"""The integrity audit: signs of what an office should not do."""
