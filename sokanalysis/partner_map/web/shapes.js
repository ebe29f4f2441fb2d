/* Dots of the map: a colour and a shape each, so that both tell the same. */
const house = getComputedStyle(document.documentElement);
const hue = (name) => house.getPropertyValue("--" + name).trim();
const INK = hue("ink");
const SHAPES = {
  circle: (x, y, r) => "M" + (x - r) + "," + y + "a" + r + "," + r + " 0 1,0 " + 2 * r + ",0a" +
    r + "," + r + " 0 1,0 " + -2 * r + ",0z",
  diamond: (x, y, r) => "M" + x + "," + (y - r) + "L" + (x + r) + "," + y + "L" + x + "," + (y + r) +
    "L" + (x - r) + "," + y + "z",
  triangle: (x, y, r) => "M" + x + "," + (y - r) + "L" + (x + r) + "," + (y + r * 0.8) + "L" +
    (x - r) + "," + (y + r * 0.8) + "z",
  square: (x, y, r) => "M" + (x - r) + "," + (y - r) + "h" + 2 * r + "v" + 2 * r + "h" + -2 * r + "z",
  cross: (x, y, r) => "M" + (x - r) + "," + (y - r) + "L" + (x + r) + "," + (y + r) + "M" +
    (x - r) + "," + (y + r) + "L" + (x + r) + "," + (y - r)
};
/* How a village looks when an offer is chosen, and when none is: by the number within reach. */
const LOOKS = {
  line: { shape: "circle", radius: 5, fill: hue("accent"), text: data.hasFlex ? "erreichbar ohne Rufbus" : "erreichbar" },
  flex: { shape: "diamond", radius: 6.5, fill: hue("highlight"), text: "erreichbar nur mit Rufbus" },
  part: { shape: "triangle", radius: 6, fill: hue("middle"), text: "nicht alle Termine erreichbar" },
  none: { shape: "cross", radius: 3, fill: "none", line: hue("attention"), text: "nicht erreichbar" },
  off: { shape: "square", radius: 2.5, fill: hue("rule"), text: "findet in dieser Zeit nicht statt" },
  unknown: { shape: "square", radius: 2.5, fill: hue("rule"), text: "Zeiten nicht bekannt" },
  much: { shape: "circle", radius: 6, fill: hue("accent") },
  some: { shape: "triangle", radius: 5.5, fill: hue("middle") },
  few: { shape: "square", radius: 3.2, fill: hue("light") },
  nothing: { shape: "cross", radius: 3, fill: "none", line: hue("attention") },
  plain: { shape: "square", radius: 2.5, fill: hue("rule"), text: "Ort" }
};

const Dot = L.CircleMarker.extend({
  _updatePath: function () {
    const { x, y } = this._point;
    this._renderer._setPath(this, SHAPES[this.options.shape](x, y, this._radius));
  }
});

function dotStyle(look) {
  return { shape: look.shape, radius: look.radius, color: look.line || INK, weight: look.line ? 1.6 : 0.7,
    fill: look.fill !== "none", fillColor: look.fill, fillOpacity: 1 };
}

/* The same shape for the legend. */
function shapeIcon(look) {
  const names = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(names, "svg"), path = document.createElementNS(names, "path");
  for (const [name, value] of [["width", 16], ["height", 16], ["viewBox", "0 0 16 16"], ["aria-hidden", "true"]]) {
    icon.setAttribute(name, value);
  }
  const drawn = { d: SHAPES[look.shape](8, 8, look.radius), fill: look.fill, stroke: look.line || INK,
    "stroke-width": look.line ? 1.6 : 0.7 };
  for (const [name, value] of Object.entries(drawn)) path.setAttribute(name, value);
  icon.append(path);
  return icon;
}
