"""The course as one static site, which is read and answered without Python."""
