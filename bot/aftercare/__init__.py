"""What follows a verdict in chat: pages of guidance and the way to them."""
