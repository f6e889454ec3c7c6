"""What services there are: names, duplicates, gaps and changes of the register."""
