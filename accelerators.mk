# Networks by TensorRT and by ncnn: what compiles them is too large for `make test`. Included by the Makefile.

.PHONY: test-accelerators

# No card is needed: TensorRT and the driver are stand-ins, TensorRT for RTX builds without one, Vulkan is Mesa's llvmpipe.
test-accelerators: setup $(VENV)/.dev
	@ls /usr/share/vulkan/icd.d/lvp_icd* /etc/vulkan/icd.d/lvp_icd* >/dev/null 2>&1 || apt-get install -y --no-install-recommends mesa-vulkan-drivers || \
		{ echo "Vulkan on the CPU is missing: sudo apt-get install mesa-vulkan-drivers"; exit 1; }
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check -q 'mirage-lsd[tensorrt,vulkan]' onnxruntime || \
		{ echo "The compilers for cards (150 MB) can't be installed: is there a network, and are there wheels for this Python and system? pip's message is above."; exit 1; }
	$(BIN)/python -m pytest tests/accelerators -p no:cacheprovider --timeout 900
