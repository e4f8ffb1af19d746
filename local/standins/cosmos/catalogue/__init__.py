"""The account, its databases and their containers: the handlers of requests about them."""
