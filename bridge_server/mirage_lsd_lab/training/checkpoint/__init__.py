"""A small checkpoint in diffusers format, trained on the worlds: autoencoder, text encoder, UNet with depth as its fifth channel."""
