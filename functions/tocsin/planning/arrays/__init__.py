"""One site's part of the problem as arrays: pairs of task and device, kinds of tasks, prices."""
