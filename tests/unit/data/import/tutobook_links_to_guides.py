"""
Title: A lesson
Author: [Ann](https://example.org/ann)
Date created: 2020/04/12
Last modified: 2023/06/25
Description: What it shows.
Accelerator: None
"""
"""
See [the other](https://pack.example/guides/other/), [its part](/guides/other/#part), [no part](/guides/other/#none),
[not here](https://pack.example/guides/unknown/), [the API](/api/layers/) and `[no](/guides/other/)`.
"""
