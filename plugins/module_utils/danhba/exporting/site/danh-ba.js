// The search of the page of contact mailboxes. Marks count only where the reader types them.
"use strict";

// The tones; the other marks belong to the letter (ă, â, ê, ô, ơ, ư).
const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
const MARKS = /[\u0300-\u036f]/g;

const lower = (text) => text.toLocaleLowerCase("vi").normalize("NFD");
const bare = (text) => lower(text).replace(MARKS, "").replaceAll("đ", "d");
// Each word with its tone behind it, so that Hoà and Hòa are the same.
const spelled = (text) => lower(text).split(/\s+/).map(
  (word) => word.replace(TONES, "") + (word.match(TONES) || []).join("")
).join(" ");

function ready() {
  const box = document.querySelector("search");
  const input = document.getElementById("query");
  const found = document.getElementById("found");
  const items = Array.from(document.querySelectorAll("main li")).map((element) => {
    const text = element.querySelector("p").textContent;
    return { element, bare: bare(text), marked: lower(text), spelled: spelled(text) };
  });

  function matches(item, word) {
    const plain = bare(word);
    if (plain === lower(word)) {
      return item.bare.includes(plain);
    }
    return item.marked.includes(lower(word)) || item.spelled.includes(spelled(word));
  }

  function search() {
    const words = input.value.split(/\s+/).filter(Boolean);
    const hits = items.filter((item) => words.every((word) => matches(item, word)));
    const shown = new Set();
    for (const { element } of hits) {
      for (let at = element; at; at = at.parentElement.closest("li")) {
        shown.add(at);
      }
    }
    for (const { element } of items) {
      element.hidden = !shown.has(element);
    }
    for (const section of document.querySelectorAll("main section")) {
      section.hidden = !section.querySelector("li:not([hidden])");
    }
    found.textContent = hits.length ? box.dataset.found.replace("{count}", hits.length) : box.dataset.none;
  }

  box.hidden = false;
  input.addEventListener("input", search);
  if (input.value) {  // what the browser kept when the reader came back
    search();
  }
}

ready();
