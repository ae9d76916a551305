"""The subcommands of `mirage-lsd`, one module each."""
