"""What is made on a machine of one's own and brought to Azure: the package of the function app."""
