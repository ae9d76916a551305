name = Trigger Rally
command = trigger-rally
package = trigger-rally
metres_per_unit = 1
up = z
held_depth = 0
