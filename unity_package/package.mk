# The Unity package, and the native core for every desktop (included by the Makefile, run from the repository's root).

UNITY_PYTHON_CODE := unity_package/tests unity_package/windows tools

.PHONY: native-all unitypackage upm test-unity test-windows

# build/native-all/{windows,linux,macos}-{x64,arm64}; the first time it takes ten minutes and more.
native-all: $(VENV)/.system
	$(BIN)/python tools/build_native_all.py

# REPOSITORY=https://HOST/OWNER/NAME puts links to its branch upm into the package.
unitypackage: native-all
	$(BIN)/python tools/build_unitypackage.py $(if $(REPOSITORY),--repository $(REPOSITORY))

# The branch `upm` with dist/upm as its root: what `https://.../repository.git#upm` installs. Nothing is pushed.
upm: unitypackage
	GIT_INDEX_FILE=$(CURDIR)/dist/upm.index git --work-tree=dist/upm add --all --force .
	git update-ref refs/heads/upm $$(git commit-tree $$(GIT_INDEX_FILE=$(CURDIR)/dist/upm.index git write-tree) \
		$$(git rev-parse --verify --quiet refs/heads/upm | sed 's/^/-p /') -m "The Unity package of $$(git rev-parse --short HEAD)")
	rm dist/upm.index

test-unity: setup $(VENV)/.dev
	$(BIN)/ruff format --check $(UNITY_PYTHON_CODE)
	$(BIN)/ruff check $(UNITY_PYTHON_CODE)
	$(BIN)/python -m pytest unity_package/tests

# The Windows library under wine, with a daemon of this machine. Not part of `make test`: wine is large and seldom there.
test-windows: setup $(VENV)/.dev
	$(BIN)/python tools/build_native_all.py windows-x64
	@command -v wine64 >/dev/null || test -x /usr/lib/wine/wine64 || apt-get install -y --no-install-recommends wine64 || \
		{ echo "wine is missing: sudo apt-get install wine64"; exit 1; }
	$(BIN)/python -m pytest unity_package/windows
