"""Plans made, and made better, without a model."""
