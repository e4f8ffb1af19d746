"""The function app as it is on disk and in settings: loaded, checked, refused with a fix."""
