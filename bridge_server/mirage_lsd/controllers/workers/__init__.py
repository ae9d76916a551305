"""What runs in the processes of the controllers: one module a device, each with `run(port)`."""
