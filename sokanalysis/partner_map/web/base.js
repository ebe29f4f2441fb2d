/* The data, and elements made without any markup: texts stay texts. */
const data = JSON.parse(document.getElementById("daten").textContent);
const labels = data.labels;
const villages = data.villages;
const villageAt = new Map(villages.id.map((id, at) => [id, at]));
const providers = new Map(data.providers.map((provider) => [provider.id, provider]));
const offerById = new Map(data.offers.map((offer) => [offer.id, offer]));
const collator = new Intl.Collator("de");

function get(id) {
  return document.getElementById(id);
}

/* Attributes are set one by one; children are elements or texts, empty ones are left out. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== "" && child !== null));
  return made;
}

/* Poessneck, Pössneck and POSSNECK are found as Pößneck. */
function fold(text) {
  return text.toLowerCase().replace(/ß/g, "ss").normalize("NFD").replace(/[\u0300-\u036f]/g, "")
    .replace(/([aou])e/g, "$1").replace(/[^a-z0-9]+/g, " ").trim();
}

function count(number, one, many) {
  return number + " " + (number === 1 ? one : many);
}

function villageName(at) {
  const [name, area] = [villages.name[at], villages.area[at]];
  return area && area !== name && !name.startsWith(area) ? name + " (" + area + ")" : name;
}

function siteText(site) {
  const parts = [site.name, site.address, site.place];
  return parts.filter((part, at) => part && !parts.slice(0, at).some((p) => p.endsWith(part))).join(", ");
}

/* An address is a link only when it leads to the web and nowhere else. */
function webLink(address) {
  let url = null;
  try { url = new URL(address); } catch (error) { return address; }
  if (url.protocol !== "https:" && url.protocol !== "http:") return address;
  const shown = address.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, shown,
    el("span", { class: "aside" }, " (öffnet das Internet)"));
}

function clock(minutes) {
  const two = (number) => String(number).padStart(2, "0");
  return two(Math.floor(minutes / 60) % 24) + ":" + two(minutes % 60);
}
