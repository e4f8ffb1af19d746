"""What a fleet costs on Azure: request units, bytes and money, and where each limit bites."""
