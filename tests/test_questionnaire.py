"""The questionnaire: what it asks, both its forms, hostile texts, and the page in a browser."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import openpyxl
import pytest

from sokanalysis.codes import RATER_GROUPS, RATINGS
from sokanalysis.dialogue.ballots import read_ballot
from sokanalysis.dialogue.questionnaire import page, workbook, write_questionnaire
from sokanalysis.errors import DataProblems, UnknownKey
from tests.polling import ASKED, HOSTILE, ITEMS, Paper, district, form_of, said, saved, votes

BROWSER = next(
    (found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), ""
)


@pytest.fixture(scope="module")
def made():
    return district()


@pytest.fixture(scope="module")
def form(made):
    return form_of(made)


# --- what is asked --------------------------------------------------------------------------------


def test_needs_then_measures_then_values(form):
    assert [question.item_id for question in form.questions] == ASKED
    assert [question.note for question in form.questions] == [
        "",
        "Maßnahme S1 des Katalogs",
        "",
        "",
    ]
    assert (form.region_id, form.round_id, form.title) == ("16075", "R2", "Zweite Runde")


def test_how_it_was_rated_before(form):
    # Ordered 2 3 4 4 4 5: quartiles at 1 + 5/4 = 2.25 and 4.75: 3.25 and 4. Four rated M1: hidden.
    before = {question.item_id: question.before for question in form.questions}
    assert before == dict.fromkeys(ASKED, "") | {
        "B1": "Letzte Runde: Median 4; die mittlere Hälfte der Antworten liegt zwischen 3,25 und 4."
    }
    assert "Letzte Runde" in dict(form.explanation)


def test_all_of_one_mind_before():
    made = district(votes=votes("R1", {"B1": [5] * 6}))
    assert (
        form_of(made).questions[0].before.endswith("die mittlere Hälfte der Antworten liegt bei 5.")
    )


def test_a_first_round_has_nothing_before(made):
    first = form_of(made, "R1")
    assert {question.before for question in first.questions} == {""}
    assert "Letzte Runde" not in dict(first.explanation)
    assert "Letzte Runde" not in page(first)


def test_the_threshold_was_fixed_before(form):
    assert "mindestens 75 %" in dict(form.explanation)["Wann wir einig sind"]
    assert "mindestens 5 Menschen" in dict(form.explanation)["Datenschutz"]


# --- files ----------------------------------------------------------------------------------------


def test_the_same_tables_give_the_same_bytes(made, tmp_path):
    files = write_questionnaire(made, "R2", tmp_path / "neu")
    assert [path.name for path in files] == ["fragebogen-R2.xlsx", "fragebogen-R2.html"]
    before = [path.read_bytes() for path in files]
    assert write_questionnaire(district(), "R2", tmp_path / "neu") == files
    assert [path.read_bytes() for path in files] == before


def test_an_answer_is_never_overwritten(made, form, tmp_path):
    path = tmp_path / "fragebogen-R2.xlsx"
    answer = Paper(form, path).say("B1", "4 – stimme eher zu").save().read_bytes()
    with pytest.raises(DataProblems, match=r"fragebogen-R2\.xlsx – liegt schon im Ordner und hat"):
        write_questionnaire(made, "R2", tmp_path)
    assert path.read_bytes() == answer
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_no_such_round(made, tmp_path):
    with pytest.raises(UnknownKey):
        write_questionnaire(made, "R7", tmp_path / "neu")
    assert not (tmp_path / "neu").exists()


def test_a_round_with_a_dangerous_number_stays_in_the_folder(tmp_path):
    rounds = [{"round_id": "../R 2", "title": "x", "date": "2026-01-01", "consensus_share": "0.8",
               "is_example": "nein"}]  # fmt: skip
    made = district(rounds=rounds, items=ITEMS[:4], votes=[])
    files = write_questionnaire(made, "../R 2", tmp_path / "neu")
    assert {path.name for path in files} == {"fragebogen-R-2.xlsx", "fragebogen-R-2.html"}
    assert [path.name for path in tmp_path.iterdir()] == ["neu"]


def test_a_made_up_round_says_so(made):
    form = form_of(made, "X1")
    assert "Erfundenes Beispiel" in page(form)
    assert "Erfundenes Beispiel" not in page(form_of(made, "R2"))


# --- the workbook ---------------------------------------------------------------------------------


def test_only_answers_are_open(form, tmp_path):
    paper = Paper(form, tmp_path / "a.xlsx")
    assert all(sheet.protection.sheet for sheet in paper.book)
    open_ = [
        (sheet.title, cell.coordinate)
        for sheet in paper.book
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    ]
    first = [cell for title, cell in open_ if title == "Fragebogen"]
    assert len(first) == 2
    # Columns: number, kind, text, last round, rating, comment; two rows of headings.
    assert {cell for title, cell in open_ if title == "Aussagen"} == {
        f"{column}{row}" for column in "EF" for row in range(3, 3 + len(ASKED))
    }


def test_ratings_are_chosen_in_words(form, tmp_path):
    paper = Paper(form, tmp_path / "a.xlsx")
    [rule] = paper.items.data_validations.dataValidation
    assert str(rule.sqref) == "E3:E6"
    assert rule.formula1.strip('"').split(",") == [f"{n} – {label}" for n, label in RATINGS.items()]
    [groups] = paper.first.data_validations.dataValidation
    assert groups.formula1.strip('"').split(",") == list(RATER_GROUPS.values())


def test_a_first_round_has_no_column_for_the_last(made, tmp_path):
    paper = Paper(form_of(made, "R1"), tmp_path / "a.xlsx")
    assert [cell.value for cell in paper.items[1]] == [
        "item_id", "kind", "text", "rating", "comment",
    ]  # fmt: skip


def test_nothing_is_written_as_a_formula(form, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(form))
    cells = [c for s in openpyxl.load_workbook(path) for row in s.iter_rows() for c in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    [text] = [cell for cell in cells if cell.value == "=1+1 gilt für alle"]
    assert text.quotePrefix


# --- the page -------------------------------------------------------------------------------------


class Parts(HTMLParser):
    """All elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.fixture(scope="module")
def parts(form):
    return Parts(page(form))


def test_the_page_asks_nothing_of_any_network(form, parts):
    text = page(form)
    assert re.findall(r"https?:|//\w|@import|url\(", text) == []
    attributes = {name for _, attrs in parts.found for name in attrs}
    assert not attributes & {"src", "srcset", "action", "formaction", "data", "poster", "style"}
    assert {attrs["href"] for attrs in parts.all("a")} == {"#aussagen"}
    assert parts.all("link") == []
    [policy] = [a["content"] for a in parts.all("meta") if a.get("http-equiv")]
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
    )


def test_hostile_texts_are_texts(form, parts):
    assert len(parts.all("script")) == 1
    assert "<script>window.hacked" not in page(form)
    assert html.escape(HOSTILE, quote=False) in page(form).replace("&#34;", '"').replace(
        "&#39;", "'"
    )
    assert "49" not in re.sub(r"<(style|script)>.*?</\1>", "", page(form), flags=re.DOTALL)
    evil = district(rounds=[
        {"round_id": '"><script>1</script>', "title": "</title><script>1</script>",
         "date": "2026-01-01", "consensus_share": "0.8", "is_example": "nein"}
    ], items=ITEMS[:1], votes=[])  # fmt: skip
    assert len(Parts(page(form_of(evil, '"><script>1</script>'))).all("script")) == 1


def test_every_item_is_a_group_with_a_legend(parts):
    items = [attrs for attrs in parts.all("fieldset") if attrs.get("class") == "item"]
    assert [attrs["data-item"] for attrs in items] == ASKED
    tags = [tag for tag, _ in parts.found]
    after = [tags[at + 1] for at, tag in enumerate(tags) if tag == "fieldset"]
    assert after == ["legend"] * (len(ASKED) + 1)  # the group of raters is one, too
    radios = [attrs for attrs in parts.all("input") if attrs.get("type") == "radio"]
    assert len(radios) == len(ASKED) * (len(RATINGS) + 1) + len(RATER_GROUPS)


def test_every_field_has_a_label_and_a_way_to_it(parts):
    ids = [attrs["id"] for _, attrs in parts.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = {attrs.get("for") for attrs in parts.all("label")}
    fields = [a["id"] for a in parts.all("textarea")] + ["kennung"]
    assert set(fields) <= labelled
    for _, attrs in parts.found:
        for name in ("aria-describedby", "aria-labelledby", "for"):
            assert set((attrs.get(name) or "").split()) <= set(ids)
    assert parts.all("html") == [{"lang": "de"}]
    assert [attrs.get("class") for attrs in parts.all("a")] == ["skip"]
    assert parts.all("title")
    levels = [int(tag[1]) for tag, _ in parts.found if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}


# --- in a browser ---------------------------------------------------------------------------------

BEFORE = """<script>
var violations = 0;
document.addEventListener("securitypolicyviolation", function () { violations += 1; });
localStorage.setItem("sok-runde-16075-R2", JSON.stringify(DRAFT));
</script>"""
AFTER = """<pre id="out"></pre><script>
var blob = null, file = "", told = {};
URL.createObjectURL = function (made) { blob = made; return "#"; };
HTMLAnchorElement.prototype.click = function () { file = this.download; };
window.confirm = function () { return true; };
function get(id) { return document.getElementById(id); }
function field(id, text) {
  get(id).value = text;
  get(id).dispatchEvent(new Event("input", { bubbles: true }));
}
function choose(name, value) {
  document.querySelector("input[name='" + name + "'][value='" + value + "']").click();
}
function send() { document.querySelector("button[type=submit]").click(); }
told.restored = [get("kennung").value, get("anmerkung-2").value, get("merken").checked];
get("leeren").click();
told.cleared = [get("kennung").value, get("anmerkung-2").value,
                localStorage.getItem("sok-runde-16075-R2")];
send();
told.refused = [file, get("kennung-fehler").textContent, get("gruppe-fehler").hidden,
                document.activeElement.id, get("kennung").getAttribute("aria-invalid")];
field("kennung", " p 07 ");
choose("gruppe", "migranten");
told.open = get("offen").textContent;
choose("bewertung-1", "4");
choose("bewertung-3", "1");
choose("bewertung-4", "");
field("anmerkung-1", "=1+1 „Zitat“ <b>\\n– \\"zweite\\" Zeile ");
told.rest = Array.from(get("offen").querySelectorAll("a")).map(function (a) { return a.hash; });
get("merken").click();
field("anmerkung-3", "nur kurz");
told.draft = JSON.parse(localStorage.getItem("sok-runde-16075-R2")).answers[2].comment;
send();
told.errors = [get("kennung-fehler").hidden, get("gruppe-fehler").hidden];
told.message = get("meldung").textContent;
told.file = file;
told.hacked = typeof window.hacked;
told.requests = performance.getEntriesByType("resource").length;
blob.text().then(function (text) {
  told.json = text;
  told.violations = violations;
  get("out").textContent = JSON.stringify(told);
});
</script>"""


@pytest.fixture(scope="module")
def driven(form, tmp_path_factory):
    """The page as a person uses it, in a real browser without a window."""
    if not BROWSER:
        pytest.skip("no browser on this machine")
    folder = tmp_path_factory.mktemp("browser")
    draft = {"rater": "P09", "group": "traeger",
             "answers": [{"item": "M1", "rating": 2, "comment": "alt"}]}  # fmt: skip
    text = page(form).replace("<head>", "<head>" + BEFORE.replace("DRAFT", json.dumps(draft)))
    (folder / "bogen.html").write_text(text.replace("</body>", AFTER + "</body>"), encoding="utf-8")
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
         "--virtual-time-budget=5000", f"--user-data-dir={folder / 'profile'}",
         (folder / "bogen.html").as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    [told] = re.findall(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    return json.loads(html.unescape(told))


def test_a_draft_comes_back_and_goes(driven):
    assert driven["restored"] == ["P09", "alt", True]
    assert driven["cleared"] == ["", "", None]
    assert driven["draft"] == "nur kurz"


def test_code_and_group_are_needed_and_nothing_else(driven):
    file, error, group_is_fine, focus, invalid = driven["refused"]
    assert (file, group_is_fine, focus, invalid) == ("", False, "kennung", "true")
    assert error.startswith("Bitte die Kennung")
    assert driven["errors"] == [True, True]


def test_what_is_open_is_said_and_not_forced(driven):
    assert driven["open"].startswith("Noch ohne Antwort: 4 von 4. Sie dürfen auslassen")
    assert driven["rest"] == ["#aussage-2"]  # „keine Meinung“ is an answer
    assert driven["message"].startswith("Gespeichert als runde-R2-P07.json")
    assert "(2 ohne Bewertung)" in driven["message"]


def test_what_is_saved_is_read_back_whole(driven, form, tmp_path):
    assert driven["file"] == "runde-R2-P07.json"
    path = tmp_path / driven["file"]
    path.write_text(driven["json"], encoding="utf-8")
    ballot = read_ballot(path, form)
    assert (ballot.rater_id, ballot.group) == ("P07", "migranten")
    # A comment that a spreadsheet would compute is listed, not kept.
    assert said(ballot) == {
        "B1": (4, ""), "M1": (None, ""), "W1": (1, "nur kurz"), "W2": (None, ""),
    }  # fmt: skip
    [problem] = ballot.problems
    assert problem.value == '=1+1 „Zitat“ <b>\n– "zweite" Zeile'
    answers = {q: (r, c) for q, (r, c) in said(ballot).items()} | {
        "B1": (4, '=1+1 „Zitat“ <b>\n– "zweite" Zeile')
    }
    twin = saved(form, tmp_path / "b.json", answers, group="migranten")
    assert json.loads(driven["json"]) == json.loads(twin.read_text(encoding="utf-8"))


def test_nothing_ran_and_nothing_was_fetched(driven):
    assert (driven["hacked"], driven["requests"], driven["violations"]) == ("undefined", 0, 0)
