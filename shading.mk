# Shading in the engine (shared_protocol/shading) and late reprojection (shared_protocol/reprojection). Included by the Makefile.

REPROJECTION := shared_protocol/reprojection
REPROJECTION_CODE := $$(find $(REPROJECTION) -name '*.cpp' -o -name '*.h')

.PHONY: shaders test-reprojection test-shading-browser lint-reprojection format-reprojection

# Writes shared_protocol/shading/generated anew.
shaders: setup $(VENV)/.dev
	$(BIN)/python shared_protocol/shading/generate.py

test-reprojection: $(VENV)/.system lint-reprojection
	cmake -S $(REPROJECTION) -B build/reprojection-asan -G Ninja -DLSD_REPROJECT_BUILD_TESTS=ON -DLSD_REPROJECT_SANITIZE=address
	cmake --build build/reprojection-asan
	ctest --test-dir build/reprojection-asan --output-on-failure

test: test-reprojection

# Heavy, so not part of `make test`: the generated WGSL in Chromium's WebGPU.
test-shading-browser: setup $(VENV)/.dev
	@command -v chromium chromium-browser >/dev/null || apt-get install -y --no-install-recommends chromium || \
		{ echo "Chromium is missing: sudo apt-get install chromium"; exit 1; }
	$(BIN)/python -m pytest tests/shading/browser -p no:cacheprovider

lint: lint-reprojection

lint-reprojection: $(VENV)/.system
	clang-format --dry-run --Werror $(REPROJECTION_CODE)

format: format-reprojection

format-reprojection:
	clang-format -i $(REPROJECTION_CODE)
