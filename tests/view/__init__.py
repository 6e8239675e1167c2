"""The activities without a browser: what their traits say, and what a click does."""
