#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that the build needs and that are missing; where it may not, it says the command.
set -euo pipefail

# g++, cmake, ninja: the native core. libzmq3-dev, libmsgpack-cxx-dev: what it is built on. libgtest-dev, clang-format: its checks. clang, glslang-tools: the Unreal plugin's.
# libegl1, libgl1-mesa-dri: Panda3D's off-screen rendering.
packages=(g++ cmake ninja-build pkg-config libzmq3-dev libmsgpack-cxx-dev libgtest-dev clang clang-format glslang-tools libegl1 libgl1 libgl1-mesa-dri)
# Vulkan on the CPU, for the tests of the shaders and of surfaces.
packages+=(mesa-vulkan-drivers libvulkan-dev)
# The OpenGL hook and its tests.
packages+=(libgl-dev libegl-dev)
# The Unity package's tests: C#, and a compiler for its shader.
packages+=(mono-mcs mono-runtime libnunit-cil-dev nunit-console)

if ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian or Ubuntu: install a C++17 compiler, cmake, ninja, libzmq, msgpack-cxx, GoogleTest and clang-format by hand." >&2
  exit 0
fi
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

command="apt-get install -y --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
  sudo=()
elif sudo -n true 2>/dev/null; then
  sudo=(sudo)
else
  echo "These system packages are missing. Run this, then the same make again:" >&2
  echo "    sudo $command" >&2
  exit 1
fi
echo "Installing system packages: ${missing[*]}"
"${sudo[@]}" apt-get update -q
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $command -q
