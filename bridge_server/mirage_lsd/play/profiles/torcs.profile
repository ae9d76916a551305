name = TORCS
command = torcs, torcs-bin
package = torcs
metres_per_unit = 1
up = z
held_depth = 0
