# Wheels for Windows, macOS and Linux (included by the Makefile, run from the repository's root).

.PHONY: wheels test-wheels

# dist/wheels; the first time it takes half an hour, most of it zig's own run-time libraries for five platforms.
wheels: $(VENV)/.system
	$(BIN)/python tools/build_wheels.py

# Not part of `make test`: it installs the wheel into fresh environments and wants wine and qemu, which are large.
test-wheels: setup $(VENV)/.dev wheels
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check -q 'lief>=0.15' 'check-jsonschema>=0.29'
	@command -v wine64 >/dev/null || test -x /usr/lib/wine/wine64 || \
		echo "Without wine the Windows libraries are not loaded: apt-get install wine64"
	@command -v qemu-aarch64-static >/dev/null || \
		echo "Without qemu the ARM libraries are not loaded: apt-get install qemu-user-static libc6-arm64-cross"
	$(BIN)/python -m pytest tests/wheels
