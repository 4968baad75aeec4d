"""What a world is: model; mappings; checks; levers, schema; outline, files. Each imports only those before
it."""
