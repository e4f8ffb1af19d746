"""Access: who asks, what they may, and what they did."""
