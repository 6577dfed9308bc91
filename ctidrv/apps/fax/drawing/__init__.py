"""In a process of its own: files, texts and forms become rows of black and white pixels."""
