name = Armagetron Advanced
command = armagetronad, armagetronad.real
package = armagetronad
metres_per_unit = 1
up = z
held_depth = 0
refused_arguments = --connect
refused_reason = a server of other people may run anti-cheat; play alone: mirage-lsd play -- armagetronad
