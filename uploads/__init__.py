"""Files that become layers: taken in, read, drawn, converted, given out again and removed."""
