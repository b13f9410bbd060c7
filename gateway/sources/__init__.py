"""What clients ask of devices, told in the two services' operations; a source says what, its upstream says how."""
