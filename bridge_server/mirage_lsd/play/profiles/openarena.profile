# id Tech 3: both of its renderers, the one with fixed functions and the core-profile one (+set cl_renderer opengl2).
name = OpenArena
command = openarena, openarena.real, ioquake3, quake3
package = openarena
arguments = +set net_enabled 0 +set r_ext_multisample 0
metres_per_unit = 0.03
up = z
held_depth = 0.3
refused_arguments = +connect
refused_reason = a server of other people may run anti-cheat, which bans hooks; play alone: mirage-lsd play -- openarena +map aggressor
