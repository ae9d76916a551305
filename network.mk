# Contexts over a slow network (included by the Makefile, run from the repository's root).

.PHONY: test-network

# Not part of `make test`: it loads the model, wants root for network namespaces, and waits for a slow link. Prints what the link carried.
test-network: setup $(VENV)/.dev
	@command -v ip tc >/dev/null || apt-get install -y --no-install-recommends iproute2 || \
		echo "Without iproute2 there are no network namespaces (as root: apt-get install iproute2); loopback is used."
	GOMP_SPINCOUNT=3000 $(BIN)/python -m pytest tests/network -s -p no:cacheprovider --timeout 600
