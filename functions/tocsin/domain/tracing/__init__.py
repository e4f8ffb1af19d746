"""The way of one message from its device to the people who watch, told as a trace."""
