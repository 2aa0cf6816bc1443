"""What scripts/ do. Standard library alone, until the venv is there."""
