"""What guides are held against beyond what keeps one from being built: links, words, figures, form. Needs no kernel.

Pure functions on guides and text, but for :mod:`guidewright.lint.formatting`, which asks ruff. Only ``guidewright check`` uses it.
"""
