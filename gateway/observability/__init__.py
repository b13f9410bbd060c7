"""What operators see: called at the seams of http, run, loader batch and upstream call only."""
