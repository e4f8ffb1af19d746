"""Notifications: who is told of an incident, when, how often, and by which channel.

A *rule* of a site says whom and when. A *ticket* is kept for each rule and incident: what was done
about it so far. A *delivery* is one message to one target, and what became of it. All that a turn
decides follows from these, the incidents and the clock; a turn that is repeated changes nothing.
"""
