"""The front door: the command line, and the only place that knows argv, the environment and stdout."""
