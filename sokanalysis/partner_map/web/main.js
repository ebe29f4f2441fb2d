/* One state; form, address, list, map and print follow it. */
let current = emptyState();

/* What changes nothing draws nothing: a button that is being pressed stays where it is. */
function choose(change, options) {
  if (Object.entries(change).every(([key, value]) => current[key] === value)) return;
  current = Object.assign({}, current, change);
  if (current.angebot && !found(current).some((hit) => hit.offer.id === current.angebot)) current.angebot = "";
  const hash = toHash(current);
  history.replaceState(null, "", location.pathname + location.search + (hash ? "#" + hash : ""));
  draw(options || {});
}

function draw({ keepForm }) {
  const hits = found(current);
  if (!keepForm) fillForm();
  get("meldung").textContent = "";
  get("filterzahl").textContent = filterCount(current) ? "(" + filterCount(current) + " aktiv)" : "";
  get("rufbus").parentElement.hidden = !data.hasFlex;
  get("rad").parentElement.hidden = data.limits.bike === 0;
  get("nur").disabled = !current.ort;
  get("drucken").textContent = current.ort ? "Merkblatt drucken" : "Liste drucken";
  drawVillageHits(current, choose);
  drawList(current, hits);
  drawMap(current, hits, choose);
  drawPrint(current, hits);
}

function fillForm() {
  for (const key of ["ort", "suche", ...SELECTS]) get(key).value = current[key];
  for (const key of ["rufbus", "rad", "nur"]) get(key).checked = current[key];
  for (const radio of document.getElementsByName("zeit")) radio.checked = radio.value === current.zeit;
}

function readForm() {
  const told = { rufbus: get("rufbus").checked, rad: get("rad").checked, nur: get("nur").checked };
  for (const key of ["ort", "suche", ...SELECTS]) told[key] = get(key).value;
  for (const radio of document.getElementsByName("zeit")) if (radio.checked) told.zeit = radio.value;
  if (!told.ort) told.nur = false;
  return told;
}

function fillSelects() {
  const order = villages.id.map((id, at) => at).sort((a, b) => collator.compare(villageName(a), villageName(b)));
  get("ort").append(...order.map((at) => el("option", { value: villages.id[at] }, villageName(at))));
  for (const key of SELECTS) {
    get(key).append(...choices[key].map(([code, text]) => el("option", { value: code }, text)));
    get(key).parentElement.hidden = choices[key].length < 2;
  }
}

/* Opens and closes an offer; the focus stays on its button. */
function toggle(id) {
  choose({ angebot: current.angebot === id ? "" : id });
  const button = document.querySelector("[data-offer='" + CSS.escape(id) + "']");
  if (button) button.focus();
}

/* Arrow keys go from offer to offer; the Tab key does so as well. */
function step(event) {
  const buttons = Array.from(document.querySelectorAll("button.offer"));
  const at = buttons.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || to === undefined || !buttons[to]) return;
  event.preventDefault();
  buttons[to].focus();
}

function share() {
  const told = (text) => { get("meldung").textContent = text; };
  const failed = () => told("Bitte die Adresse oben im Browser kopieren.");
  if (!navigator.clipboard) { failed(); return; }
  navigator.clipboard.writeText(location.href).then(() => told("Link kopiert. Er öffnet genau diese Ansicht."), failed);
}

/* On small screens list and map take turns. */
function show(view) {
  document.body.dataset.view = view;
  for (const button of get("ansichten").children) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
  refit();
}

function listen() {
  get("fragen").addEventListener("submit", (event) => event.preventDefault());
  get("fragen").addEventListener("change", () => choose(readForm(), { keepForm: true }));
  get("suche").addEventListener("input", () => choose(readForm(), { keepForm: true }));
  get("liste").addEventListener("click", (event) => {
    const button = event.target.closest("button.offer");
    if (button) toggle(button.dataset.offer);
    else if (event.target.dataset.view) show(event.target.dataset.view);
  });
  get("liste").addEventListener("keydown", step);
  get("leeren").addEventListener("click", () => {
    choose(Object.assign(emptyState(), { ort: current.ort, zeit: current.zeit, rufbus: current.rufbus, rad: current.rad }));
  });
  get("drucken").addEventListener("click", () => window.print());
  get("teilen").addEventListener("click", share);
  get("ansichten").addEventListener("click", (event) => { if (event.target.dataset.view) show(event.target.dataset.view); });
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    get("liste-titel").focus();
  });
  window.addEventListener("hashchange", restore);
  window.addEventListener("resize", refit);
}

/* The view that the address names, with the chosen offer in sight. */
function restore() {
  current = fromHash(location.hash);
  if (filterCount(current)) get("filter").open = true;
  draw({});
  const open = document.querySelector("button.offer[aria-expanded='true']");
  if (open) open.scrollIntoView({ block: "center" });
}

get("app").hidden = false;
fillSelects();
makeMap(choose);
listen();
show("liste");
restore();
