"""What came late is judged once more in its true order.

A device that was cut off sends its buffer when it can, often newest first. When such a message
comes, what lies before it is not there, so it has no window and decides nothing. Each that is
stored leaves a note of its stretch of time. Once nothing more comes of it, the stretch is judged as
it would have been in time, and what that finds is said: as late alerts, which are over.
"""
