"""What the scripts beside this package share: servers, load, measurements and the report. Standard library only."""
