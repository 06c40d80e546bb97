"""The built site, judged by a real browser: Lighthouse, transferred bytes, layout shift."""
