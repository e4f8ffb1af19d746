"""What stands before the function app in Azure: sign-in, the page and the way to /api."""
