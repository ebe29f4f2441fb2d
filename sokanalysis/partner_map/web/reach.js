/* What the engine has found, unpacked when it is asked for. */
const REACHED = 0, PARTLY = data.words.outcomes.length - 1;
const [ON_FOOT, BY_BUS, BY_BIKE, FETCHED] = [0, 1, 2, 3];
const NONE = 0xffff;
const unpacked = new Map();

function bytes(text) {
  if (!unpacked.has(text)) {
    unpacked.set(text, Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)));
  }
  return unpacked.get(text);
}

function numberAt(text, at) {
  const raw = bytes(text);
  return raw[2 * at] + 256 * raw[2 * at + 1];
}

/* How many villages before this one come by bus: so many rows stand before it. */
const ranks = new Map();
function rank(cells, village) {
  if (!ranks.has(cells)) {
    let before = 0;
    ranks.set(cells, Array.from(bytes(cells), (cell) => {
      const own = before;
      if ((cell & 7) === REACHED && ((cell >> 3) & 3) === BY_BUS) before += 1;
      return own;
    }));
  }
  return ranks.get(cells)[village];
}

/* The way from a village to a session on a kind of day: outcome, way and minutes of the day. */
function journey(session, dayType, withFlex, state, village) {
  const row = session.rows[dayType][(state.rad ? 0 : 2) + (withFlex ? 1 : 0)];
  const cell = bytes(row.cells)[village];
  const found = { outcome: cell & 7, way: (cell >> 3) & 3, flexOut: !!(cell & 32), flexBack: !!(cell & 64) };
  if (found.outcome !== REACHED) return found;
  if (found.way === BY_BUS) {
    const at = 5 * rank(row.cells, village);
    const [leave, arrive, depart, home, boardings] = [0, 1, 2, 3, 4].map((n) => numberAt(row.times, at + n));
    return Object.assign(found, { leave, arrive, depart, home, out: boardings >> 4, back: boardings & 15 });
  }
  if (found.way === FETCHED) return found;
  const site = data.sites[session.site];
  const minutes = numberAt(found.way === ON_FOOT ? site.walk : site.bike, village);
  const [arrive, depart] = [session.start - data.limits.early, session.end + data.limits.late];
  return Object.assign(found, { minutes, arrive, depart, leave: arrive - minutes, home: depart + minutes });
}

/* How one goes: without the on-demand bus where that works, for it has to be booked. */
function bestWay(session, dayType, state, village) {
  const line = journey(session, dayType, false, state, village);
  return !state.rufbus || line.outcome === REACHED ? line : journey(session, dayType, true, state, village);
}

/* The way with the on-demand bus, where it is another one; else null. */
function onDemandWay(session, dayType, state, village) {
  const flex = state.rufbus ? journey(session, dayType, true, state, village) : null;
  return flex !== null && (flex.flexOut || flex.flexBack) ? flex : null;
}

/* The kinds of day of a season on which a session takes place. */
function dayTypes(session, season) {
  return season.dayTypes.filter((dayType) => dayType in session.rows);
}

/* What becomes of an offer at the site where it goes best; null when it does not take place. */
function offerOutcome(offer, village, withFlex, state) {
  const key = seasonOf(state).states[withFlex ? 1 : 0];
  let best = null;
  for (const states of Object.values(offer.units)) {
    if (!(key in states)) continue;
    const cell = bytes(states[key][state.rad ? 0 : 1])[village];
    const found = { outcome: cell & 7, way: (cell >> 3) & 3 };
    if (best === null || nearer(found.outcome) > nearer(best.outcome)) best = found;
  }
  return best;
}

/* The later a way fails the nearer it comes; reached is nearest. */
function nearer(outcome) {
  return outcome === REACHED ? PARTLY + 1 : outcome;
}

/* One word for the map and the list: line, flex (only on demand), part, none, off, unknown. */
function verdict(offer, village, state) {
  if (offer.sessions.length === 0) return "unknown";
  const found = offerOutcome(offer, village, state.rufbus, state);
  if (found === null) return "off";
  if (found.outcome === PARTLY) return "part";
  if (found.outcome !== REACHED) return "none";
  return offerOutcome(offer, village, false, state).outcome === REACHED ? "line" : "flex";
}

function seasonOf(state) {
  return data.seasons.find((season) => season.id === state.zeit) || data.seasons[0];
}

function isReached(word) {
  return word === "line" || word === "flex";
}

function times(number) {
  return number === 1 ? "einmal" : number === 2 ? "zweimal" : number + "-mal";
}

/* Which way one takes, in words: „mit Bus, hin einmal umsteigen“. */
function wayText(found) {
  if (found.way === ON_FOOT) return "zu Fuß, " + found.minutes + " Minuten je Weg";
  if (found.way === BY_BIKE) return "mit dem Rad, " + found.minutes + " Minuten je Weg";
  if (found.way === FETCHED) return "ein Fahrdienst holt ab und bringt zurück";
  const changes = [["hin", found.out - 1], ["zurück", found.back - 1]]
    .filter(([, number]) => number > 0).map(([where, number]) => where + " " + times(number) + " umsteigen");
  return [vehicleText(found), ...changes].join(", ");
}

function vehicleText(found) {
  if (found.flexOut && found.flexBack) return "mit Rufbus hin und zurück";
  if (found.flexOut) return "hin mit Rufbus, zurück mit Bus";
  if (found.flexBack) return "hin mit Bus, zurück mit Rufbus";
  return "mit Bus oder Bahn";
}
