"""The widgets. They hold no rules: what they show and allow is decided in the view-models."""
