/* The map: villages as dots, sites as signs; it shows what the list says. */
let map = null, dots = [], ring = null, line = null, signs = null, latest = null, fitted = false;
const MERGE_PX = 34, LEGEND_PX = { width: 290, height: 250, wide: 700 };

function makeMap(choose) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map = L.map("karte", {
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, zoomSnap: 0.25, minZoom: 7, maxZoom: 16,
    maxBounds: wholeBox().pad(0.6)
  });
  map.fitBounds(data.frame, margins());
  L.control.scale({ imperial: false }).addTo(map);
  L.polygon(data.ground, { color: hue("rule"), weight: 1, fillColor: hue("paper"), fillOpacity: 1, interactive: false }).addTo(map);
  line = L.polyline([], { color: hue("ink"), weight: 2, dashArray: "4 5", interactive: false }).addTo(map);
  ring = L.circleMarker([0, 0], { radius: 12, color: hue("attention"), weight: 3, fill: false, interactive: false });
  dots = villages.id.map((id, at) => {
    const dot = new Dot([villages.lat[at], villages.lon[at]], dotStyle(LOOKS.plain));
    dot.bindTooltip(() => el("span", {}, dotText(at)), { direction: "top" });
    dot.on("click", () => choose({ ort: id }));
    return dot.addTo(map);
  });
  signs = L.layerGroup().addTo(map);
  map.on("zoomend", () => { if (latest) drawSigns(choose); });
}

/* The legend shall not cover what is shown. */
function margins() {
  if (matchMedia("(max-width: 800px)").matches) return { padding: [12, 12] };
  const isWide = get("karte").offsetWidth > LEGEND_PX.wide;
  return { paddingTopLeft: [isWide ? 60 : 12, 12], paddingBottomRight: isWide ? [LEGEND_PX.width, 24] : [12, LEGEND_PX.height] };
}

/* The map has become visible, or larger. */
function refit() {
  map.invalidateSize({ pan: false });
  if (map.getSize().x && !fitted) { fitted = true; map.fitBounds(data.frame, margins()); }
  if (latest) keepInView(latest.state, villageAt.get(latest.state.ort));
}

/* The district with all sites; some lie far outside. */
function wholeBox() {
  return data.sites.reduce((box, site) => box.extend([site.lat, site.lon]), L.latLngBounds(data.frame));
}

/* What is said about a village on hovering. */
function dotText(at) {
  const { state, hits } = latest;
  if (state.angebot) {
    const offer = offerById.get(state.angebot), word = verdict(offer, at, state);
    return villageName(at) + ": " + (word === "none" ? reasonText(offer, state, at) : LOOKS[word].text);
  }
  const [reached, timed] = reachedCount(at, state, hits);
  return villageName(at) + ": " + reached + " von " + count(timed, "Angebot", "Angeboten") + " erreichbar";
}

/* How many of the offers found can be reached from a village, and how many have times. */
function reachedCount(at, state, hits) {
  const words = hits.map((hit) => verdict(hit.offer, at, state)).filter((word) => word !== "unknown" && word !== "off");
  return [words.filter(isReached).length, words.length];
}

/* The look of each village, and what the looks mean. */
function dotWords(state, hits) {
  if (state.angebot) {
    const offer = offerById.get(state.angebot);
    return { words: villages.id.map((id, at) => verdict(offer, at, state)), texts: {} };
  }
  const counts = villages.id.map((id, at) => reachedCount(at, state, hits));
  if (counts.every(([, timed]) => timed === 0)) return { words: villages.id.map(() => "plain"), texts: {} };
  const top = Math.max(...counts.map(([reached]) => reached));
  const [low, high] = [Math.floor(top / 3), Math.floor(2 * top / 3)];
  const word = ([reached]) => reached === 0 ? "nothing" : reached > high ? "much" : reached > low ? "some" : "few";
  const texts = { much: range(high + 1, top), some: range(low + 1, high), few: range(1, low), nothing: "kein Angebot" };
  return { words: counts.map(word), texts };
}

function range(from, to) {
  return from === to ? count(to, "Angebot", "Angebote") : from + " bis " + to + " Angebote";
}

function drawMap(state, hits, choose) {
  latest = { state, hits };
  const { words, texts } = dotWords(state, hits);
  dots.forEach((dot, at) => {
    if (dot.options.word === words[at]) return;
    dot.options.word = words[at];
    dot.setStyle(dotStyle(LOOKS[words[at]]));
  });
  const village = villageAt.get(state.ort);
  if (village === undefined) ring.remove();
  else ring.setLatLng([villages.lat[village], villages.lon[village]]).addTo(map);
  drawLine(state, village);
  keepInView(state, village);
  drawSigns(choose);
  drawLegend(state, hits, new Set(words), texts);
}

/* What has been chosen is seen; the map moves only when it would not be. */
function keepInView(state, village) {
  if (get("karte").offsetWidth === 0) return;
  const offer = offerById.get(state.angebot), view = map.getBounds();
  const places = offer ? offer.sites.map((at) => [data.sites[at].lat, data.sites[at].lon]) : [];
  if (village !== undefined) places.push([villages.lat[village], villages.lon[village]]);
  if (places.length && !places.every((place) => view.contains(place))) {
    map.fitBounds(places.reduce((box, place) => box.extend(place), L.latLngBounds(data.frame)), margins());
  }
}

function drawLine(state, village) {
  const offer = offerById.get(state.angebot);
  const ends = offer && village !== undefined ? offer.sites.map((at) => data.sites[at]) : [];
  line.setLatLngs(ends.map((site) => [[villages.lat[village], villages.lon[village]], [site.lat, site.lon]]));
}

/* Sites that would touch each other are one sign; it bears the name of its first place. */
function signGroups(hits) {
  const groups = [];
  const offers = data.sites.map((site, at) => hits.filter((hit) => hit.offer.sites.includes(at)));
  const order = offers.map((own, at) => at).filter((at) => offers[at].length)
    .sort((a, b) => offers[b].length - offers[a].length || a - b);
  for (const at of order) {
    const point = map.latLngToLayerPoint([data.sites[at].lat, data.sites[at].lon]);
    const near = groups.find((group) => group.point.distanceTo(point) < MERGE_PX);
    if (near) { near.sites.push(at); offers[at].forEach((hit) => near.hits.add(hit)); }
    else groups.push({ point, sites: [at], hits: new Set(offers[at]) });
  }
  return groups;
}

function drawSigns(choose) {
  const { state, hits } = latest;
  const shown = state.angebot ? hits.filter((hit) => hit.offer.id === state.angebot) : hits;
  const groups = signGroups(shown);
  const taken = groups.map(({ point }) => [point.x - 20, point.y - 14, point.x + 20, point.y + 14]);
  signs.clearLayers();
  for (const group of groups) {
    const place = data.sites[group.sites[0]].place;
    const reached = [...group.hits].filter((hit) => isReached(hit.word)).length;
    const number = state.ort ? reached + "/" + group.hits.size : String(group.hits.size);
    const side = roomFor(group.point, place, taken);
    const sign = el("div", { class: "sign" + (state.ort && !reached ? " far" : "") }, el("b", {}, number),
      side ? el("span", { class: side }, place) : "");
    const marker = L.marker(map.layerPointToLatLng(group.point), {
      icon: L.divIcon({ html: sign, className: "", iconSize: [0, 0] }), keyboard: false
    });
    marker.bindTooltip(() => signTip(group), { direction: "top", offset: [0, -14] });
    marker.on("click", () => enter(group, choose)).addTo(signs);
  }
}

/* A name is written below or above its sign where it covers nothing; the largest come first. */
function roomFor({ x, y }, place, taken) {
  const half = 3 * place.length + 2;
  const isFree = (box) => taken.every((other) =>
    other[2] < box[0] || box[2] < other[0] || other[3] < box[1] || box[3] < other[1]);
  const boxes = { below: [x - half, y + 15, x + half, y + 32], above: [x - half, y - 32, x + half, y - 15] };
  const side = Object.keys(boxes).find((name) => isFree(boxes[name]));
  if (side) taken.push(boxes[side]);
  return side;
}

function signTip(group) {
  const names = [...group.hits].map((hit) => hit.offer.name);
  const more = names.length > 6 ? [el("li", {}, "und " + (names.length - 6) + " weitere")] : [];
  return el("div", { class: "tip" }, el("b", {}, [...new Set(group.sites.map((at) => data.sites[at].place))].join(", ")),
    el("ul", {}, names.slice(0, 6).map((name) => el("li", {}, name)), more));
}

/* A sign of one place asks for that place; one of several is opened by coming nearer. */
function enter(group, choose) {
  const places = [...new Set(group.sites.map((at) => data.sites[at].place))];
  if (places.length === 1) choose({ stelle: places[0], angebot: "" });
  else map.fitBounds(group.sites.map((at) => [data.sites[at].lat, data.sites[at].lon]), { padding: [60, 60] });
}

function drawLegend(state, hits, used, texts) {
  const title = state.angebot ? "„" + offerById.get(state.angebot).name + "“ ist von hier aus …"
    : "Von den gefundenen Angeboten sind erreichbar …";
  const rows = Object.keys(LOOKS).filter((word) => used.has(word))
    .map((word) => el("li", {}, shapeIcon(LOOKS[word]), texts[word] || LOOKS[word].text));
  const [sample, text] = state.angebot ? [state.ort ? "1/1" : "1", "Ort des Angebots"]
    : state.ort ? ["2/5", "2 von 5 Angeboten dort erreichbar"] : ["5", "Zahl der Angebote dort"];
  const sign = el("li", {}, el("span", { class: "sign small" }, el("b", {}, sample)), text);
  get("legende").replaceChildren(el("p", {}, title), el("ul", {}, rows, sign), state.angebot ? "" : outside(hits));
}

/* Places beyond the first view are named, with a way to see them. */
function outside(hits) {
  const frame = L.latLngBounds(data.frame).pad(0.05);
  const sites = new Set(hits.flatMap((hit) => hit.offer.sites).map((at) => data.sites[at]));
  const places = new Set([...sites].filter((site) => !frame.contains([site.lat, site.lon])).map((site) => site.place));
  if (places.size === 0) return "";
  const button = el("button", { type: "button", class: "chip" }, "zeigen");
  button.addEventListener("click", () => map.fitBounds(wholeBox(), margins()));
  return el("p", { class: "outside" }, "Weiter weg: " + [...places].sort(collator.compare).join(", ") + " ", button);
}
