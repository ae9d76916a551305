# Only shaders; a tile is 128 units, taken for four metres. Its Vulkan back end is not hooked.
name = Warzone 2100
command = warzone2100
package = warzone2100
arguments = --gfxbackend=opengl
metres_per_unit = 0.03
up = y
held_depth = 0
refused_arguments = --join --spectate --host --autohost --gfxbackend=vulkan
refused_reason = a server of other people may run anti-cheat, and Vulkan is not hooked; play alone: mirage-lsd play -- warzone2100
