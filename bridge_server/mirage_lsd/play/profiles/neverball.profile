name = Neverball
command = neverball
package = neverball
metres_per_unit = 1
up = y
held_depth = 0
