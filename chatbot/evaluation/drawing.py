"""A sheet to draw on: SVG by way of an element tree, so that every text is escaped."""

from importlib.resources import files
from xml.etree import ElementTree

from markupsafe import Markup


class Sheet:
    """One drawing. Colours come from `charts.css`, by class name, so that it follows light and dark.

    `title` names it to those who do not see it, and `description` tells them what it shows.
    """

    def __init__(self, width: int, height: int, title: str, description: str = "") -> None:
        self.width = width
        self.height = height
        self.title = title
        self._root = ElementTree.Element(
            "svg", {"viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": title, "class": "chart"}
        )
        ElementTree.SubElement(self._root, "title").text = title
        if description:
            ElementTree.SubElement(self._root, "desc").text = description

    def line(self, x1: float, y1: float, x2: float, y2: float, style: str) -> None:
        self._add("line", style, x1=x1, y1=y1, x2=x2, y2=y2)

    def box(self, x: float, y: float, width: float, height: float, style: str, tip: str = "") -> None:
        self._add("rect", style, tip, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0))

    def dot(self, x: float, y: float, radius: float, style: str, tip: str = "") -> None:
        self._add("circle", style, tip, cx=x, cy=y, r=radius)

    def path(self, points: list[tuple[float, float]], style: str) -> None:
        drawn = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
        ElementTree.SubElement(self._root, "polyline", {"points": drawn, "class": style})

    def text(self, x: float, y: float, words: str, style: str = "", anchor: str = "start") -> None:
        attributes = {"x": f"{x:.2f}", "y": f"{y:.2f}", "class": style, "text-anchor": anchor}
        ElementTree.SubElement(self._root, "text", attributes).text = words

    def upright(self, x: float, y: float, words: str) -> None:
        """Words that read upwards, around (x, y)."""
        turned = f"rotate(-90 {x:.2f} {y:.2f})"
        attributes = {"x": f"{x:.2f}", "y": f"{y:.2f}", "text-anchor": "middle", "transform": turned, "class": "axis"}
        ElementTree.SubElement(self._root, "text", attributes).text = words

    def markup(self) -> Markup:
        """The drawing for an HTML page; it holds nothing that is not escaped."""
        return Markup(ElementTree.tostring(self._root, encoding="unicode"))  # noqa: S704 - escaped by ElementTree

    def file(self) -> str:
        """The drawing as a file of its own, on a ground of its own: a dark page may show it in light colours."""
        size = {"xmlns": "http://www.w3.org/2000/svg", "width": str(self.width), "height": str(self.height)}
        root = ElementTree.Element("svg", {**size, **self._root.attrib})
        style = files("chatbot.evaluation").joinpath("charts.css").read_text(encoding="utf-8")
        ElementTree.SubElement(root, "style").text = style
        ground = {"width": "100%", "height": "100%", "rx": "8", "class": "ground"}
        ElementTree.SubElement(root, "rect", ground)
        root.extend(self._root)
        return ElementTree.tostring(root, encoding="unicode") + "\n"

    def _add(self, tag: str, style: str, tip: str = "", **numbers: float) -> None:
        attributes = {"class": style, **{name: f"{value:.2f}" for name, value in numbers.items()}}
        element = ElementTree.SubElement(self._root, tag, attributes)
        if tip:
            ElementTree.SubElement(element, "title").text = tip
