"""A page of HTML as a tree: whatever text stands in it is text, and nothing of it is ever looked up on a network.

There are no templates, so nothing can be forgotten to be escaped: names of workflows come from logs, and anybody may have written them.
"""

from collections.abc import Iterable
from xml.etree import ElementTree

Element = ElementTree.Element

Child = Element | str | None


def element(tag: str, *children: Child, **attributes: str | int | float) -> Element:
    """An element with its children; ``class_`` is the attribute `class`, ``aria_label`` is `aria-label`. None is left out."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()})
    return extend(made, children)


def scrolling(table: Element, label: str) -> Element:
    """A table that is moved sideways where there is no room for it, also with the keyboard."""
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_label=label)


def extend(parent: Element, children: Iterable[Child]) -> Element:
    """More children of an element, behind those that it has."""
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            shown = "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in child)
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + shown
            else:
                parent.text = (parent.text or "") + shown
        else:
            parent.append(child)
    return parent


def written(root: Element) -> str:
    """The page as text."""
    return "<!doctype html>\n" + ElementTree.tostring(root, encoding="unicode", method="html") + "\n"
