"""Syndicator: many news sources in, clean Arabic articles, valid feeds out.

Read `syndicator.model` first: it holds the nouns that every other module hands on.
"""

from importlib.metadata import version

__version__ = version("syndicator")
