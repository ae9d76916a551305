"""What runs in the processes of the sinks: one module a device, each with `run(port)`."""
