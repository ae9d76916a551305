"""What `mirage-lsd bench` measures."""
