(function () {
  "use strict";
  const form = document.getElementById("bogen");
  const items = Array.from(form.querySelectorAll(".item"));
  const code = document.getElementById("kennung");
  const groups = document.getElementById("gruppe");
  const keep = document.getElementById("merken");
  const message = document.getElementById("meldung");
  const draftName = "sok-runde-" + form.dataset.region + "-" + form.dataset.round;
  let unsaved = false;

  function chosen(box) {
    return box.querySelector("input[type=radio]:checked");
  }

  function comment(item) {
    return item.querySelector("textarea");
  }

  function raterCode() {
    return code.value.replace(/\s/g, "").toUpperCase();
  }

  /* What the file holds; an item without a rating is in it all the same. */
  function answer() {
    const group = chosen(groups);
    return {
      format: form.dataset.format,
      region: form.dataset.region,
      round: form.dataset.round,
      rater: raterCode(),
      group: group ? group.value : "",
      answers: items.map(function (item) {
        const rating = chosen(item);
        return {
          item: item.dataset.item,
          text: item.querySelector(".text").textContent,
          rating: rating && rating.value ? Number(rating.value) : null,
          comment: comment(item).value.trim()
        };
      })
    };
  }

  /* Names what is unanswered, with a way there; nobody has to answer. */
  function showOpen() {
    const open = items.filter(function (item) { return !chosen(item); });
    const target = document.getElementById("offen");
    target.textContent = open.length
      ? "Noch ohne Antwort: " + open.length + " von " + items.length + ". Sie dürfen auslassen, was Sie möchten. "
      : "Sie haben zu allen " + items.length + " Aussagen etwas angekreuzt.";
    open.forEach(function (item, place) {
      const link = document.createElement("a");
      link.href = "#" + item.id;
      link.textContent = "Aussage " + item.querySelector(".number").textContent;
      link.addEventListener("click", function (event) {
        event.preventDefault();
        item.scrollIntoView();
        item.querySelector("input").focus();
      });
      target.append(place ? ", " : "", link);
    });
  }

  function showError(id, text) {
    const target = document.getElementById(id + "-fehler");
    target.textContent = text;
    target.hidden = !text;
  }

  /* Code and group are the only things without which an answer cannot be counted. */
  function mistakes() {
    const isCode = new RegExp("^(?:" + code.pattern + ")$").test(raterCode());
    const isGroup = Boolean(chosen(groups));
    code.setAttribute("aria-invalid", String(!isCode));
    showError("kennung", isCode ? "" : "Bitte die Kennung aus Ihrem Anschreiben eintragen: P und zwei oder drei Ziffern.");
    showError("gruppe", isGroup ? "" : "Bitte wählen, für wen Sie sprechen.");
    if (!isGroup) { groups.querySelector("input").focus(); }
    if (!isCode) { code.focus(); }
    return !isCode || !isGroup;
  }

  function save(event) {
    event.preventDefault();
    if (mistakes()) {
      message.textContent = "Noch nicht gespeichert: Oben fehlt, wer antwortet.";
      return;
    }
    const said = answer();
    const open = said.answers.filter(function (one) { return one.rating === null; }).length;
    const name = "runde-" + form.dataset.stem + "-" + said.rater + ".json";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(said, null, 1)], { type: "application/json" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    unsaved = false;
    message.textContent = "Gespeichert als " + name + ", meist im Ordner „Downloads“" +
      (open ? " (" + open + " ohne Bewertung)" : "") + ". Bitte diese Datei zurückschicken.";
  }

  /* The draft stays in the page; on the device only for those who want it there. */
  function storage(action) {
    try {
      return action(window.localStorage);
    } catch (error) {
      keep.checked = false;
      message.textContent = "Dieser Browser merkt sich keinen Entwurf. Bitte zwischendurch speichern.";
      return null;
    }
  }

  function keepDraft() {
    storage(function (store) {
      if (keep.checked) {
        store.setItem(draftName, JSON.stringify(answer()));
      } else {
        store.removeItem(draftName);
      }
    });
  }

  function tick(box, value) {
    box.querySelectorAll("input[type=radio]").forEach(function (input) {
      if (input.value === value) { input.checked = true; }
    });
  }

  function restoreDraft() {
    let draft = null;
    try {
      draft = JSON.parse(window.localStorage.getItem(draftName));
    } catch (error) {
      return;
    }
    if (!draft || !Array.isArray(draft.answers)) { return; }
    const byItem = new Map(draft.answers.map(function (one) { return [one.item, one]; }));
    items.forEach(function (item) {
      const one = byItem.get(item.dataset.item);
      if (!one) { return; }
      if (one.rating !== null) { tick(item, String(one.rating)); }
      comment(item).value = one.comment;
    });
    code.value = draft.rater;
    tick(groups, draft.group);
    keep.checked = true;
    message.textContent = "Der Entwurf von diesem Gerät ist wieder da.";
  }

  function clearAll() {
    if (!window.confirm("Alle Eingaben und den Entwurf auf diesem Gerät löschen?")) { return; }
    form.reset();
    keepDraft();
    unsaved = false;
    showOpen();
    message.textContent = "Alles ist gelöscht.";
  }

  form.addEventListener("submit", save);
  form.addEventListener("input", function () {
    unsaved = true;
    showOpen();
    if (keep.checked) { keepDraft(); }
  });
  /* Enter in a single field would save a file that nobody wanted yet. */
  code.addEventListener("keydown", function (event) {
    if (event.key === "Enter") { event.preventDefault(); }
  });
  keep.addEventListener("change", keepDraft);
  document.getElementById("leeren").addEventListener("click", clearAll);
  document.getElementById("drucken").addEventListener("click", function () { window.print(); });
  window.addEventListener("beforeunload", function (event) {
    if (unsaved && !keep.checked) { event.preventDefault(); }
  });
  restoreDraft();
  showOpen();
}());
