// The forms of filters and automatic replies do not offer what would destroy mail; the server does not take it either.
(function () {
  'use strict';
  var offered = 'select[name^="_action_type"] option[value="discard"], #vacation_action option[value="discard"]';

  function withdraw() {
    document.querySelectorAll(offered).forEach(function (option) { option.remove(); });
    document.querySelectorAll('input[name^="_action_flags"]').forEach(function (box) {
      if (/^\\?deleted$/i.test(box.value)) {
        (box.closest('li') || box.closest('label') || box).remove();
      }
    });
  }

  document.addEventListener('DOMContentLoaded', function () {
    withdraw();
    // An action that is added comes by itself.
    new MutationObserver(withdraw).observe(document.body, { childList: true, subtree: true });
  });
})();
