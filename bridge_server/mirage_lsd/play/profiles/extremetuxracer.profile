name = Extreme Tux Racer
command = etr, extremetuxracer
package = extremetuxracer
metres_per_unit = 1
up = y
held_depth = 0
