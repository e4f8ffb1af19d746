"""How good a bundle is: on labels, beside another, and as time goes by."""
