/* What is printed: a leaflet for the chosen village, or the list as it stands. */
function drawPrint(state, hits) {
  const village = villageAt.get(state.ort);
  const title = village === undefined ? "Angebote" + (data.district ? " im " + data.district : "")
    : "Was Sie von " + villages.name[village] + " aus erreichen";
  document.title = title;
  const asked = filterTexts(state);
  const credits = data.words.credits.length ? ["Quellen: " + data.words.credits.join("; ")] : [];
  get("druck").replaceChildren(
    el("p", { class: "kicker" }, [data.district, data.words.publisher].filter(Boolean).join(" · ")),
    el("h1", {}, title),
    el("p", {}, (village === undefined ? "" : "Ohne Auto, " + stateText(state) + ". ") + "Stand " + data.words.date + "." +
      (asked.length ? " Auswahl: " + asked.join("; ") + "." : "")),
    data.words.basis.length ? el("p", { class: "caution" }, data.words.basis.join(" · ")) : "",
    ...grouped(hits, state).flatMap(([name, own]) => printGroup(name, own, state)),
    el("h2", {}, "Worauf die Angaben beruhen"),
    el("ul", { class: "notes" }, [...data.words.data, ...data.words.rules, ...credits].map((text) => el("li", {}, text))));
}

/* What can be reached stands in a table with its times, the rest in short. */
function printGroup(name, own, state) {
  const title = el("h2", {}, name + " (" + own.length + ")");
  const isTimed = !state.ort || isReached(own[0].word) || own[0].word === "part";
  if (!isTimed) return [title, el("ul", { class: "rest" }, own.map((hit) => printRest(hit, state)))];
  const heads = state.ort ? ["Angebot", "Termin", "Hin", "Zurück", "Weg"] : ["Angebot", "Termin"];
  return [title, el("table", { class: heads.length > 2 ? "wide" : "" },
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, own.flatMap((hit) => printWays(hit, state))))];
}

function printRest({ offer, word }, state) {
  const places = [...new Set(placesOf(offer))].join(", ");
  const reason = word === "none" ? ": " + reasonText(offer, state, villageAt.get(state.ort)) : "";
  return el("li", {}, el("b", {}, offer.name), (places ? " (" + places + ")" : "") + reason);
}

function printName(offer, rows) {
  const provider = providers.get(offer.provider);
  const sites = [...new Set(offer.sites.map((at) => siteText(data.sites[at])))].join("; ");
  return el("th", { scope: "row", rowspan: String(rows) }, offer.name,
    el("span", {}, [provider ? provider.name : "", sites, offer.status].filter(Boolean).join(" · ")),
    provider && provider.web ? el("span", {}, provider.web) : "");
}

function printWays(hit, state) {
  const rows = ways(hit.offer, state);
  if (rows.length === 0) return [el("tr", {}, printName(hit.offer, 1), el("td", {}, hit.offer.sessions.length ? LOOKS.off.text : LOOKS.unknown.text))];
  return rows.map(({ session, dayType, found }, at) => el("tr", {}, at === 0 ? printName(hit.offer, rows.length) : "",
    el("td", {}, session.when + dayText(session, dayType) + (session.quality === "angenommen" ? " (angenommen)" : "")), found === null ? "" : printWay(found)));
}

function printWay(found) {
  if (found.outcome !== REACHED) return [el("td", { colspan: "3" }, data.words.reasons[found.outcome])];
  if (found.leave === undefined) return [el("td", { colspan: "3" }, wayText(found))];
  const two = (from, to, where) => el("td", {}, el("span", {}, clock(from) + " los"), el("span", {}, clock(to) + " " + where));
  return [two(found.leave, found.arrive, "da"), two(found.depart, found.home, "zu Hause"), el("td", {}, wayText(found))];
}
