# The OpenGL hook (samples/opengl_hook) and the games that it is tried on. Included by the Makefile.

HOOK := samples/opengl_hook
HOOK_CODE := $$(find $(HOOK) tests/games -name '*.cpp' -o -name '*.h')

.PHONY: test-hook test-games lint-hook format-hook

# Light: no game is needed. The Python tests of tests/test_opengl_hook.py build the same.
test-hook: $(VENV)/.system lint-hook
	cmake -S $(HOOK) -B build/hook -G Ninja -DMIRAGE_HOOK_BUILD_TESTS=ON
	cmake --build build/hook
	ctest --test-dir build/hook --output-on-failure

test: test-hook

# Heavy: real games (those that are installed), without a display and without a graphics card. Takes half an hour on two cores.
#   apt-get install xvfb xdotool weston mesa-utils openarena extremetuxracer neverball trigger-rally warzone2100
test-games: setup $(VENV)/.dev
	cmake -S $(HOOK) -B build/hook -G Ninja -DMIRAGE_HOOK_BUILD_TESTS=ON
	cmake --build build/hook
	cmake -S tests/games/observer -B build/observer -G Ninja
	cmake --build build/observer
	$(BIN)/python -m pytest tests/games --timeout 1800

lint-hook: $(VENV)/.system
	clang-format --dry-run --Werror $(HOOK_CODE)

format: format-hook

format-hook:
	clang-format -i $(HOOK_CODE)
