"""What lies in `deploy/`: the container, the service, and the pages that tell how to use them."""
