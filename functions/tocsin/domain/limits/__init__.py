"""Plain limits beside the model: values that people said no machine of theirs may show.

A model says how unlike itself a machine is; a limit says what is too much whatever is usual. Limits
are those of a device's profile, or what operators set for the profile or the device at its site.
They are judged whether or not a model scores, and what they raise is an alert of its own.
"""
