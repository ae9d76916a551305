# The Unreal plugin: its tests (without an engine) and its zip. Included by the Makefile.

UNREAL_TESTS := unreal_plugin/tests
UNREAL_CMAKE = cmake -S $(UNREAL_TESTS) -G Ninja -DDAEMON_PYTHON=$(abspath $(BIN)/python)
UNREAL_CLANG = $(UNREAL_CMAKE) -B build/unreal-clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS="-O0 -g0 -DNDEBUG"
UNREAL_FORMATTED := $(UNREAL_TESTS)/portable $(UNREAL_TESTS)/behaviour $(wildcard unreal_plugin/MirageLSD/Source/*/Private/Portable)

.PHONY: unreal-plugin test-unreal test-unreal-walk test-unreal-engines test-unreal-arm64 test-unreal-sanitizers lint-unreal format-unreal

unreal-plugin: setup native-all
	$(BIN)/python unreal_plugin/package.py

# Plain (run), packaging, and clang against the oldest and the newest engine version (compiled).
test-unreal: setup $(VENV)/.dev lint-unreal
	cmake -S $(NATIVE) -B build/native -G Ninja -DLSD_BUILD_TESTS=ON
	cmake --build build/native --target lsd
	$(UNREAL_CMAKE) -B build/unreal $(LEAN) -DLSD_LIBRARY=$(abspath build/native/liblsd.so)
	cmake --build build/unreal
	LSD_TEST_CYCLES=100 ctest --test-dir build/unreal --output-on-failure
	$(BIN)/python -m pytest $(UNREAL_TESTS)/python --ignore=$(UNREAL_TESTS)/python/walk
	$(UNREAL_CLANG) -DCOMPILE_ENGINES="3;8"
	cmake --build build/unreal-clang

# Not part of `make test`, because the model paints some hundred frames: the sample's walk, shaded in the engine, and carried along, beside the
# daemon's own pictures of it. After `make test-unreal`, whose program it runs. LSD_KEEP_PICTURES=FOLDER keeps some.
test-unreal-walk: setup $(VENV)/.dev
	$(BIN)/python -m pytest -s $(UNREAL_TESTS)/python/walk

# Not part of `make test`: what compiles for the oldest and the newest version seldom fails to for one between.
test-unreal-engines: setup $(VENV)/.dev
	$(UNREAL_CLANG) -DCOMPILE_ENGINES="3;4;5;6;7;8"
	cmake --build build/unreal-clang

# Not part of `make test`: builds the native core for ARM with zig, the plugin and the stand-in with clang, and runs them under qemu; the daemon
# is this machine's.
test-unreal-arm64: setup $(VENV)/.dev
	@command -v qemu-aarch64-static >/dev/null && test -f /usr/aarch64-linux-gnu/lib/libstdc++.so.6 || \
		{ echo "apt-get install qemu-user-static g++-aarch64-linux-gnu"; exit 1; }
	$(BIN)/python tools/build_native_all.py linux-arm64
	$(UNREAL_CMAKE) -B build/unreal-arm64 $(LEAN) -DCMAKE_TOOLCHAIN_FILE=$(abspath $(UNREAL_TESTS))/linux_arm64.cmake \
		-DLSD_LIBRARY=$(abspath build/native-all/linux-arm64/liblsd.so)
	cmake --build build/unreal-arm64
	LSD_TEST_CYCLES=10 ctest --test-dir build/unreal-arm64 --output-on-failure
	$(BIN)/python unreal_plugin/package.py --platforms linux-arm64 --stage build/unreal-arm64/package --zip build/unreal-arm64/MirageLSD-UE5.zip

# Heavy, so not part of `make test`: AddressSanitizer with 1,000 streams made and ended, and ThreadSanitizer; each of the two
# compiles the plugin and the stand-in anew.
test-unreal-sanitizers: setup $(VENV)/.dev
	cmake -S $(NATIVE) -B build/native-asan -G Ninja $(LEAN) -DLSD_BUILD_TESTS=ON -DLSD_SANITIZE=address
	cmake --build build/native-asan --target lsd
	$(UNREAL_CMAKE) -B build/unreal-asan $(LEAN) -DLSD_SANITIZE=address -DLSD_LIBRARY=$(abspath build/native-asan/liblsd.so)
	cmake --build build/unreal-asan --target behaviour_test
	ctest --test-dir build/unreal-asan --output-on-failure -R behaviour
	cmake -S $(NATIVE) -B build/native-tsan -G Ninja $(LEAN) -DLSD_BUILD_TESTS=ON -DLSD_SANITIZE=thread
	cmake --build build/native-tsan --target lsd
	$(UNREAL_CMAKE) -B build/unreal-tsan $(LEAN) -DLSD_SANITIZE=thread -DLSD_LIBRARY=$(abspath build/native-tsan/liblsd.so)
	cmake --build build/unreal-tsan --target behaviour_test
	LSD_TEST_CYCLES=100 ctest --test-dir build/unreal-tsan --output-on-failure -R behaviour

lint-unreal: $(VENV)/.system
	clang-format --dry-run --Werror $$(find $(UNREAL_FORMATTED) -name '*.cpp' -o -name '*.h')

format: format-unreal

format-unreal:
	clang-format -i $$(find $(UNREAL_FORMATTED) -name '*.cpp' -o -name '*.h')
