"""The course as one static site, which is read and answered without Python."""


class LiveError(RuntimeError):
    """Why the whole course cannot be built for the browser, in one sentence."""
