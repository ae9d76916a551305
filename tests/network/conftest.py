"""Tests of networks run from their own folder: `make test-network`."""
