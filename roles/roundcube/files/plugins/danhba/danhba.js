// Comforts of the change form, which works without them: a hint on the new password, and a button that shows it.
document.addEventListener('DOMContentLoaded', function () {
  'use strict';
  var form = document.getElementById('danhba-form');
  if (!form) {
    return;
  }
  var fresh = document.getElementById('danhba-new');
  var hint = document.getElementById('danhba-strength');
  var show = document.getElementById('danhba-show');

  // Length counts most; signs of one kind only, or few different ones, make it count less.
  function strength(text) {
    var signs = Array.from(text);
    var kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u].filter(function (kind) { return kind.test(text); }).length;
    var points = Math.min(signs.length, new Set(signs).size * 1.5) + kinds;
    return points < 13 ? 'weak' : points < 18 ? 'fair' : 'good';
  }

  fresh.addEventListener('input', function () {
    var level = strength(fresh.value);
    hint.hidden = fresh.value === '';
    hint.className = level;
    hint.textContent = hint.dataset[level];
  });

  show.hidden = false;
  show.addEventListener('click', function () {
    var shown = show.getAttribute('aria-pressed') === 'true';
    var label = show.textContent;
    form.querySelectorAll('input[id^="danhba-"]').forEach(function (field) {
      field.type = shown ? 'password' : 'text';
    });
    show.setAttribute('aria-pressed', String(!shown));
    show.textContent = show.dataset.hide;
    show.dataset.hide = label;
  });
});
