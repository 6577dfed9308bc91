"""What the window shows, without widgets and without Qt: tested where there is no screen."""
