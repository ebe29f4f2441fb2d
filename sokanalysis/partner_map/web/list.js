/* The list: offers in groups, the chosen one opened; it says the same as the map. */
const GROUPS = [
  ["line", data.hasFlex ? "Erreichbar ohne Rufbus" : "Erreichbar"], ["flex", "Erreichbar nur mit Rufbus"], ["part", "Nicht alle Termine erreichbar"],
  ["none", "Nicht erreichbar"], ["off", "Findet in dieser Zeit nicht statt"], ["unknown", "Zeiten nicht bekannt"]
];

/* By verdict when a village is chosen, else by field; empty groups are left out. */
function grouped(hits, state) {
  const groups = state.ort
    ? GROUPS.map(([word, title]) => [title, hits.filter((hit) => hit.word === word)])
    : Object.entries(labels.field).map(([code, title]) => [title, hits.filter((hit) => hit.offer.field === code)]);
  const byName = (a, b) => collator.compare(a.offer.name, b.offer.name);
  return groups.filter(([, own]) => own.length).map(([title, own]) => [title, own.sort(byName)]);
}

function drawList(state, hits) {
  get("liste").replaceChildren(...grouped(hits, state).flatMap(([title, own]) => [
    el("h3", {}, title + " (" + own.length + ")"), el("ul", { class: "offers" }, own.map((hit) => item(hit, state)))
  ]));
  get("zahl").textContent = countText(state, hits);
}

function countText(state, hits) {
  const said = count(hits.length, "Angebot", "Angebote") + " gefunden";
  if (!state.ort) return said + ".";
  const reached = hits.filter((hit) => isReached(hit.word)).length;
  return said + ", " + reached + " von " + villageName(villageAt.get(state.ort)) + " aus erreichbar (" +
    stateText(state) + ").";
}

function item(hit, state) {
  const { offer, word } = hit, isOpen = offer.id === state.angebot;
  const provider = providers.get(offer.provider);
  const places = [...new Set(placesOf(offer))].join(", ") || "Ort nicht bekannt";
  const button = el("button", { type: "button", class: "offer", "aria-expanded": String(isOpen), "data-offer": offer.id }, offer.name);
  return el("li", { class: word }, el("h4", {}, button),
    el("p", { class: "meta" }, labels.kind[offer.kind] + " · " + (provider ? provider.name + " · " : "") + places + (offer.status ? " · " + offer.status : "")),
    state.ort && !isOpen ? el("p", { class: "way" }, shapeIcon(LOOKS[word]), el("span", {}, shortWay(offer, word, state))) : "",
    isOpen ? detail(offer, word, state) : "");
}

/* The sessions of an offer in a season with the way there, in order. */
function ways(offer, state) {
  const village = villageAt.get(state.ort), season = seasonOf(state);
  return offer.sessions.flatMap((session) => dayTypes(session, season).map((dayType) => (
    {
      session, dayType, found: village === undefined ? null : bestWay(session, dayType, state, village),
      onDemand: village === undefined ? null : onDemandWay(session, dayType, state, village)
    }
  )));
}

function shortWay(offer, word, state) {
  if (word === "off" || word === "unknown") return LOOKS[word].text;
  if (!isReached(word)) return reasonText(offer, state, villageAt.get(state.ort));
  const best = ways(offer, state).filter(({ found }) => found.outcome === REACHED && found.leave !== undefined)
    .sort((a, b) => a.found.home - a.found.leave - (b.found.home - b.found.leave))[0];
  if (!best) return "ein Fahrdienst holt ab und bringt zurück";
  const assumed = best.session.quality === "angenommen" ? " (Zeiten angenommen)" : "";
  return clock(best.found.leave) + " Uhr los, " + clock(best.found.home) + " Uhr zu Hause, " + wayText(best.found) + assumed;
}

function reasonText(offer, state, village) {
  const best = offerOutcome(offer, village, state.rufbus, state);
  return best ? data.words.reasons[best.outcome] : LOOKS.off.text;
}

function detail(offer, word, state) {
  const provider = providers.get(offer.provider), sites = offer.sites.map((at) => data.sites[at]);
  const facts = [
    ...(provider ? [["Träger", provider.name + " (" + provider.kind + ")"]] : []),
    ...(provider && provider.address ? [["Anschrift", provider.address]] : []),
    ...(provider && provider.web ? [["Webseite", webLink(provider.web)]] : []),
    ...sites.map((site) => ["Ort", [siteText(site), site.note ? el("span", { class: "aside" }, " – " + site.note) : ""]]),
    ["Handlungsfeld", labels.field[offer.field]], ...offer.facts
  ];
  return el("div", { class: "detail" }, el("h5", {}, "Termine"), sessionList(offer, word, state),
    el("dl", {}, facts.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))),
    offer.sessions.length ? villageTable(offer, state) : "",
    el("button", { type: "button", class: "quiet to-map", "data-view": "karte" }, "Auf der Karte zeigen"));
}

function sessionList(offer, word, state) {
  if (word === "unknown" || offer.sessions.length === 0) {
    return el("p", {}, "Tage und Uhrzeiten sind nicht bekannt. Bitte beim Träger fragen.");
  }
  const rows = ways(offer, state);
  const idle = offer.sessions.filter((session) => !rows.some((row) => row.session === session));
  return el("ul", { class: "sessions" }, rows.map((row) => el("li", {}, sessionHead(row, offer), ...wayLines(row))),
    idle.map((session) => el("li", {}, sessionHead({ session }, offer), el("p", {}, "nicht in dieser Zeit (" + seasonOf(state).title + ")"))));
}

function sessionHead({ session, dayType }, offer) {
  const site = offer.sites.length > 1 ? ", " + data.sites[session.site].place : "";
  return el("p", {}, el("b", {}, session.when), dayText(session, dayType), site,
    el("span", { class: "quality" }, " Zeiten " + labels.quality[session.quality]));
}

function wayLines({ session, found, onDemand }) {
  if (found === null) return [];
  const line = (...parts) => el("p", { class: "way" }, parts);
  if (found.outcome !== REACHED) return [line(shapeIcon(LOOKS.none), el("span", {}, data.words.reasons[found.outcome]))];
  const clocks = found.leave === undefined ? [] : [
    line("Hin: " + clock(found.leave) + " Uhr los, " + clock(found.arrive) + " Uhr da"),
    line("Zurück: " + clock(found.depart) + " Uhr los, " + clock(found.home) + " Uhr zu Hause")
  ];
  const how = wayText(found), isFlex = found.flexOut || found.flexBack;
  const others = [how[0].toUpperCase() + how.slice(1) + bikeText(session, found) + ".", ...(isFlex ? data.words.notice : [])];
  const second = onDemand !== null && !isFlex
    ? [line("Oder " + clock(onDemand.leave) + " Uhr los, " + clock(onDemand.home) + " Uhr zu Hause, " + wayText(onDemand) + ".")] : [];
  return [...clocks, line(others.join(" ")), ...second];
}

/* Which of its days is meant, where buses run differently on them. */
function dayText(session, dayType) {
  return dayType && dayTypes(session, seasonOf(current)).length > 1 ? " – " + labels.dayType[dayType] : "";
}

/* Who may ride a bike has another choice. */
function bikeText(session, found) {
  const minutes = current.rad && found.way === BY_BUS ? numberAt(data.sites[session.site].bike, villageAt.get(current.ort)) : NONE;
  return minutes <= data.limits.bike ? "; mit dem Rad " + minutes + " Minuten je Weg" : "";
}

/* What the map shows of an offer, as a table that is filled when it is opened. */
function villageTable(offer, state) {
  const box = el("details", { class: "villages" }, el("summary", {}, "Aus welchen Orten erreichbar? (Tabelle)"));
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(villageRows(offer, state));
  });
  return box;
}

function villageRows(offer, state) {
  const rows = villages.id.map((id, at) => ({ at, word: verdict(offer, at, state) }))
    .sort((a, b) => collator.compare(villageName(a.at), villageName(b.at)));
  const reached = rows.filter((row) => isReached(row.word)).length;
  const said = (row) => row.word === "none" ? reasonText(offer, state, row.at) : LOOKS[row.word].text;
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Orte zu " + offer.name }, el("table", {},
    el("caption", {}, reached + " von " + rows.length + " Orten, " + stateText(state)),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Ort"), el("th", { scope: "col" }, "Ergebnis"))),
    el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, villageName(row.at)), el("td", {}, said(row)))))));
}

function drawVillageHits(state, choose) {
  const hits = villageHits(state), box = get("orte");
  box.hidden = hits.length === 0;
  box.replaceChildren(el("span", {}, "Von hier aus:"), ...hits.map((at) => {
    const button = el("button", { type: "button", class: "chip" }, villageName(at));
    button.addEventListener("click", () => {
      choose({ ort: villages.id[at], suche: "" });
      get("ort").focus();
    });
    return button;
  }));
}
