"""USB telephones and telephone boxes as pyusb sees them: a backend of its own in the place of libusb."""
