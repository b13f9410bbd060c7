"""What changes devices: one plain function a mutation."""
