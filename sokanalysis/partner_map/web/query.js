/* What is asked: read from the form and from the address of the page, and what fits it. */
const TIMES_OF_DAY = {
  vormittag: ["vormittags (vor 12 Uhr)", 0, 720], nachmittag: ["nachmittags (12 bis 17 Uhr)", 720, 1020],
  abend: ["abends (ab 17 Uhr)", 1020, 3000]
};
const SELECTS = ["feld", "art", "zielgruppe", "niveau", "sprache", "tag", "uhr", "stelle"];
const choices = {
  feld: entries(labels.field, (offer) => [offer.field]),
  art: entries(labels.kind, (offer) => [offer.kind]),
  zielgruppe: entries(labels.target, (offer) => offer.targets),
  niveau: entries(labels.level, (offer) => levelsOf(offer)),
  sprache: named((offer) => offer.languages),
  tag: entries(labels.day, (offer) => offer.sessions.flatMap((session) => session.days)),
  uhr: Object.entries(TIMES_OF_DAY).map(([key, [text]]) => [key, text]),
  stelle: named((offer) => placesOf(offer))
};

/* Codes that occur, in the order of their list. */
function entries(list, codesOf) {
  const used = new Set(data.offers.flatMap(codesOf));
  return Object.entries(list).filter(([code]) => used.has(code));
}

function named(textsOf) {
  return [...new Set(data.offers.flatMap(textsOf))].sort(collator.compare).map((text) => [text, text]);
}

function placesOf(offer) {
  return offer.sites.map((at) => data.sites[at].place);
}

/* All levels from the one that is asked for to the one that is reached. */
function levelsOf(offer) {
  const order = Object.keys(labels.level);
  const ends = offer.levels.filter((level) => level !== "").map((level) => order.indexOf(level));
  return ends.length ? order.slice(Math.min(...ends), Math.max(...ends) + 1) : [];
}

function emptyState() {
  const state = { ort: "", zeit: data.seasons[0].id, rufbus: data.hasFlex, rad: true, suche: "", nur: false, angebot: "" };
  for (const key of SELECTS) state[key] = "";
  return state;
}

/* Read the address; what it names and is not there is left out. */
function fromHash(hash) {
  const told = new URLSearchParams(hash.replace(/^#/, "")), state = emptyState();
  const known = (key, values) => values.includes(told.get(key)) ? told.get(key) : state[key];
  state.ort = known("ort", villages.id);
  state.angebot = known("angebot", [...offerById.keys()]);
  state.zeit = known("zeit", data.seasons.map((season) => season.id));
  for (const key of SELECTS) state[key] = known(key, choices[key].map(([code]) => code));
  state.suche = (told.get("suche") || "").slice(0, 100);
  state.rufbus = data.hasFlex && told.get("rufbus") !== "nein";
  state.rad = told.get("rad") !== "nein";
  state.nur = told.get("nur") === "erreichbar";
  return state;
}

/* Only what differs from the beginning stands in the address. */
function toHash(state) {
  const told = new URLSearchParams(), start = emptyState();
  for (const [key, value] of Object.entries(state)) {
    if (value === start[key]) continue;
    told.set(key, value === false ? "nein" : value === true ? "erreichbar" : value);
  }
  return told.toString();
}

function offerText(offer) {
  const provider = providers.get(offer.provider);
  const sites = offer.sites.map((at) => data.sites[at]);
  return fold([
    offer.name, labels.kind[offer.kind], labels.field[offer.field], provider ? provider.name : "",
    ...offer.targets.map((code) => labels.target[code]), ...offer.languages,
    ...sites.flatMap((site) => [site.name, site.place, site.address])
  ].join(" "));
}
const offerTexts = new Map(data.offers.map((offer) => [offer, " " + offerText(offer)]));
const villageTexts = villages.id.map((id, at) => " " + fold(villageName(at)));

function fitsTime(offer, state) {
  if (!state.tag && !state.uhr) return true;
  const [, from, until] = TIMES_OF_DAY[state.uhr] || ["", 0, 3000];
  return offer.sessions.some((session) => (!state.tag || session.days.includes(state.tag)) &&
    session.start >= from && session.start < until);
}

function fits(offer, state) {
  const words = fold(state.suche).split(" ").filter(Boolean);
  const chosen = (key, values) => !state[key] || values.includes(state[key]);
  return words.every((word) => offerTexts.get(offer).includes(word)) &&
    chosen("feld", [offer.field]) && chosen("art", [offer.kind]) &&
    (chosen("zielgruppe", offer.targets) || offer.targets.includes("alle")) &&
    chosen("niveau", levelsOf(offer)) && chosen("sprache", offer.languages) &&
    chosen("stelle", placesOf(offer)) && fitsTime(offer, state);
}

/* Offers that fit, each with its verdict for the chosen village; the order is that of the list. */
function found(state) {
  const village = villageAt.get(state.ort);
  const hits = data.offers.filter((offer) => fits(offer, state)).map((offer) => (
    { offer, word: village === undefined ? "" : verdict(offer, village, state) }
  ));
  return state.nur && village !== undefined ? hits.filter((hit) => isReached(hit.word)) : hits;
}

/* Villages whose name begins a word with what is searched; at most six. */
function villageHits(state) {
  const sought = fold(state.suche);
  if (sought.length < 2) return [];
  return villageTexts.map((text, at) => [text.indexOf(" " + sought), at])
    .filter(([place]) => place >= 0)
    .sort(([a, x], [b, y]) => a - b || collator.compare(villageName(x), villageName(y)))
    .slice(0, 6).map(([, at]) => at);
}

function filterCount(state) {
  return SELECTS.filter((key) => state[key]).length + (state.nur ? 1 : 0);
}

/* The state in words, for the heads of list and print. */
function stateText(state) {
  const flex = data.hasFlex ? state.rufbus ? "mit Rufbus" : "ohne Rufbus" : "";
  return [seasonOf(state).phrase, flex, state.rad ? "" : "ohne Fahrrad"]
    .filter(Boolean).join(", ");
}

function filterTexts(state) {
  const texts = SELECTS.filter((key) => state[key]).map((key) => {
    const label = document.querySelector("label[for='" + key + "']").textContent;
    return label + ": " + choices[key].find(([code]) => code === state[key])[1];
  });
  return state.suche ? ["Suche: „" + state.suche + "“", ...texts] : texts;
}
