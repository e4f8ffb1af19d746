"""An embedded Azure Functions host: runs a Python v2-model app folder, without Core Tools."""
