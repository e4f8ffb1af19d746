"""What settings there are, and how one is read; `tocsin.settings` reads them all."""
