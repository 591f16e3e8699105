"""What is a picture and which address of it is meant: the one place that knows."""

from syndicator.text.renditions import picture_key, same_picture, without_noise

__all__ = ["picture_key", "same_picture", "without_noise"]
