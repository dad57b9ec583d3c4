"""An audit as one page of HTML: no network, no script, readable in light and dark, on a phone and on paper.

`report` puts it together, `document` is its tree, `drawing` its pictures, `style.css` how it looks.
"""
