"""What runs in the processes of the sources: one module a device, each with `run(port)`."""
