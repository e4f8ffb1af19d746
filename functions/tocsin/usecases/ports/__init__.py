"""What the use cases need from the outside, one Protocol a role, by who needs it.

Adapters and fakes fulfil them.
"""
