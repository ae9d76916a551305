# `make demo` and `make test` do all the set-up themselves: a virtual environment in .venv, system packages where they are
# missing (or the command that installs them), the native core.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WINDOW ?=
DEMO_OPTIONS ?=

# What the installed package is made of: a change installs it again.
SOURCES := $(shell find bridge_server/mirage_lsd bridge_server/mirage_lsd_lab bridge_server/shader shared_protocol/native/src shared_protocol/native/include shared_protocol/reprojection/src shared_protocol/reprojection/include -type f \
	-not -path '*/__pycache__/*' -not -path '*/_native/*') CMakeLists.txt shared_protocol/native/CMakeLists.txt shared_protocol/reprojection/CMakeLists.txt shared_protocol/reprojection/exports.map shared_protocol/cmake/SmallLibrary.cmake pyproject.toml
PYTHON_CODE := bridge_server shared_protocol/vectors shared_protocol/shading tests examples unreal_plugin
NATIVE := shared_protocol/native
SHADER := bridge_server/shader
CPP_CODE = $$(find $(NATIVE) $(SHADER) -name '*.cpp' -o -name '*.h' -o -name '*.inl')

# For what is compiled to be tested alone: debug information of lines, because traces need no more; the compiler takes half the time.
LEAN := -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS="-O1 -g1 -DNDEBUG"
# A compiler cache, where there is one.
ifneq ($(shell command -v ccache),)
export CMAKE_C_COMPILER_LAUNCHER ?= ccache
export CMAKE_CXX_COMPILER_LAUNCHER ?= ccache
endif

.PHONY: help setup demo test test-python test-native lint format clean

help:
	@echo "make demo     set up, then walk through a grey-box level and see it re-rendered (demo_out/); WINDOW=1 shows it live"
	@echo "make test     set up, then run every check and every test"
	@echo "make unitypackage   the Unity package, dist/MirageLSD.unitypackage"
	@echo "make unreal-plugin   write dist/MirageLSD-UE5.zip"
	@echo "make test-media   cameras, files, networks and windows, with real receivers"
	@echo "make test-network   contexts over a slow network with CURVE (as root, else over loopback)"
	@echo "make test-unreal-walk   the sample's walk in Unreal's stand-in, shaded and carried along beside the daemon's pictures"
	@echo "make test-unreal-engines   the Unreal plugin compiled for each engine version; make test does the oldest and the newest"
	@echo "make test-unreal-arm64   the Unreal plugin for Linux on ARM under qemu"
	@echo "make test-unreal-sanitizers   the Unreal plugin under AddressSanitizer and ThreadSanitizer"
	@echo "make test-windows   the Windows library under wine"
	@echo "make test-wheels   the wheels, loaded and installed"
	@echo "make test-shading-browser   the shaders in Chromium's WebGPU; make shaders writes the generated ones"
	@echo "make test-games   the OpenGL hook in real games (apt-get installs them; half an hour)"
	@echo "make test-accelerators   networks by TensorRT and ncnn, without a card (downloads 150 MB)"
	@echo "make wheels   the wheels for Windows, macOS and Linux, in dist/wheels"
	@echo "make setup    only the set-up"
	@echo "make format   format the code"
	@echo "make clean    remove the virtual environment, builds and demo_out"

setup: $(VENV)/.installed

demo: setup
	@$(BIN)/mirage-lsd demo --out demo_out $(if $(WINDOW),--window) $(DEMO_OPTIONS)

test: setup $(VENV)/.dev lint test-native test-unreal test-unity test-python

# OpenMP's threads spin while they wait for each other; where something else runs too, that makes training many times slower.
test-python: setup $(VENV)/.dev
	GOMP_SPINCOUNT=3000 $(BIN)/python -m pytest

# The kernels as they are installed: their optimized code takes longest of all to compile.
INSTALLED_KERNELS = $$($(BIN)/python -c 'import mirage_lsd, pathlib; print(*pathlib.Path(mirage_lsd.__file__).parent.glob("_native/libmirage_shader.*"))')

# Three flavours: plain, AddressSanitizer with UndefinedBehaviorSanitizer, ThreadSanitizer.
test-native: setup
	cmake -S $(NATIVE) -B build/native -G Ninja -DLSD_BUILD_TESTS=ON
	cmake --build build/native
	ctest --test-dir build/native --output-on-failure
	cmake -S $(NATIVE) -B build/native-asan -G Ninja $(LEAN) -DLSD_BUILD_TESTS=ON -DLSD_UNITY=ON -DLSD_SANITIZE=address
	cmake --build build/native-asan
	ctest --test-dir build/native-asan --output-on-failure
	cmake -S $(NATIVE) -B build/native-tsan -G Ninja $(LEAN) -DLSD_BUILD_TESTS=ON -DLSD_UNITY=ON -DLSD_SANITIZE=thread
	cmake --build build/native-tsan
	ctest --test-dir build/native-tsan --output-on-failure
	cmake -S $(SHADER) -B build/shader -G Ninja -DMIRAGE_BUILD_TESTS=ON -DMIRAGE_TESTED=$(INSTALLED_KERNELS)
	cmake --build build/shader --target mirage_shader_test
	ctest --test-dir build/shader --output-on-failure
	cmake -S $(SHADER) -B build/shader-asan -G Ninja -DMIRAGE_BUILD_TESTS=ON -DMIRAGE_SANITIZE=address
	cmake --build build/shader-asan
	ctest --test-dir build/shader-asan --output-on-failure

lint: setup $(VENV)/.dev
	$(BIN)/ruff format --check $(PYTHON_CODE)
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/mypy
	cd bridge_server && ../$(BIN)/lint-imports ../pyproject.toml
	$(BIN)/python tools/draw_imports.py --check
	clang-format --dry-run --Werror $(CPP_CODE)

format: $(VENV)/.dev
	$(BIN)/ruff format $(PYTHON_CODE)
	$(BIN)/ruff check --fix $(PYTHON_CODE)
	clang-format -i $(CPP_CODE)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "MirageLSD needs Python 3.11 or newer; call make PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }

$(VENV)/.system: tools/install_system_packages.sh | $(VENV)/bin/python
	@bash tools/install_system_packages.sh
	@touch $@

$(VENV)/.installed: $(SOURCES) constraints.txt | $(VENV)/.system
	@echo "Installing MirageLSD into $(VENV) (the first time: a few minutes, most of it PyTorch)"
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check '.[demo]' ./bridge_server/mirage_lsd_lab
	@touch $@

# By its name: it is installed, and is not built once more.
$(VENV)/.dev: constraints.txt pyproject.toml | $(VENV)/.installed
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --disable-pip-version-check -q 'mirage-lsd[demo,bench,dev,diffusers]'
	@touch $@

include unreal_plugin/plugin.mk

clean:
	rm -rf $(VENV) build demo_out bridge_server/mirage_lsd/_native

include unity_package/package.mk
include media.mk
include games.mk
include wheels.mk
include network.mk
include accelerators.mk
include shading.mk
