// Comforts of the forms that take a password, which work without them: a button that shows what was typed, a hint on the
// new one, and that what was typed stays where it was refused.
document.addEventListener('DOMContentLoaded', function () {
  'use strict';
  var show = document.getElementById('danhba-show');
  if (!show) {
    return;
  }
  var form = show.form;
  var hint = document.getElementById('danhba-strength');

  function passwords() {
    return form.querySelectorAll('#rcmloginpwd, [id^="danhba-"][name]');
  }

  function reveal(shown) {
    show.textContent = shown ? show.dataset.hide : show.dataset.show;
    passwords().forEach(function (field) {
      field.type = shown ? 'text' : 'password';
    });
  }

  // Length counts most; signs of one kind only, or few different ones, make it count less.
  function strength(text) {
    var signs = Array.from(text);
    var kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u].filter(function (kind) { return kind.test(text); }).length;
    var points = Math.min(signs.length, new Set(signs).size * 1.5) + kinds;
    return points < 13 ? 'weak' : points < 18 ? 'fair' : 'good';
  }

  function judge(event) {
    var level = strength(event.target.value);
    hint.hidden = event.target.value === '';
    hint.className = level;
    hint.textContent = hint.dataset[level];
  }

  // The same request that the browser itself would make: a page that sends on is followed, one with reasons gives them.
  function send() {
    return fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }).then(function (answer) {
      if (answer.redirected) {
        window.location.assign(answer.url);
        return true;
      }
      return answer.text().then(explain);
    });
  }

  function explain(text) {
    var reasons = new DOMParser().parseFromString(text, 'text/html').getElementById('danhba-reasons');
    var former = document.getElementById('danhba-reasons');
    if (reasons && former) {
      former.replaceWith(document.adoptNode(reasons));
    } else if (reasons) {
      form.before(document.adoptNode(reasons));
    }
    if (reasons) {
      passwords().forEach(function (field) { field.setAttribute('aria-describedby', 'danhba-rules danhba-reasons'); });
      form.querySelector('[autofocus]').focus();
    }
    return Boolean(reasons);
  }

  function submit(event) {
    event.preventDefault();
    var button = form.querySelector('[type="submit"]');
    button.disabled = true;
    send().catch(function () { return false; }).then(function (done) {
      button.disabled = false;
      if (!done) {
        form.submit();
      }
    });
  }

  show.hidden = false;
  show.addEventListener('click', function () { reveal(passwords()[0].type === 'password'); });
  // A browser offers to remember passwords alone, and shows none when one comes back to the page.
  form.addEventListener('submit', function () { reveal(false); });
  if (form.id === 'danhba-form') {
    document.getElementById('danhba-new').addEventListener('input', judge);
    form.addEventListener('submit', submit);
  }
});
