"""Values of the device world: frozen, standard library only, seen by everyone."""
