"""The activities as widgets: the only place that knows ipywidgets, anywidget and matplotlib."""
