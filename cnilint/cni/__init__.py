"""CNI's words: network configurations, the products that install them, and who picks which."""
