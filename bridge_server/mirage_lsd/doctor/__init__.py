"""What `mirage-lsd doctor` looks at: a function a check, each returns one `Finding`."""
