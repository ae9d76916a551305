# Irrlicht: left-handed; a node is ten units and a metre.
name = Minetest
command = minetest
package = minetest
metres_per_unit = 0.1
up = y
held_depth = 0
refused_arguments = --address
refused_reason = a server of other people may run anti-cheat; play alone: mirage-lsd play -- minetest
