// Helps where the browser can: reads a motion aloud, and keeps an impatient thumb from sending a form twice. The pages work without it.
(function () {
  'use strict';
  var voice = window.speechSynthesis, buttons = document.querySelectorAll('button[data-read]'), speaking = null;
  function quiet() {
    voice.cancel();
    if (speaking) { speaking.textContent = '朗读这个议题'; speaking.setAttribute('aria-pressed', 'false'); speaking = null; }
  }
  function read(button) {
    var again = speaking === button;
    quiet();
    if (again) { return; }
    var words = new SpeechSynthesisUtterance(document.getElementById(button.getAttribute('data-read')).innerText);
    words.lang = 'zh-CN';
    words.rate = 0.9;
    words.onend = function () { if (speaking === button) { quiet(); } };
    speaking = button;
    button.textContent = '停止朗读';
    button.setAttribute('aria-pressed', 'true');
    voice.speak(words);
  }
  if (voice && window.SpeechSynthesisUtterance) {
    Array.prototype.forEach.call(buttons, function (b) {
      b.hidden = false;
      b.addEventListener('click', function () { read(b); });
    });
    window.addEventListener('pagehide', quiet);
  }
  var forms = document.querySelectorAll('form');
  Array.prototype.forEach.call(forms, function (f) {
    f.addEventListener('submit', function (e) {
      if (f.getAttribute('data-sent')) { e.preventDefault(); return; }
      f.setAttribute('data-sent', '1');
      f.setAttribute('aria-busy', 'true');
    });
  });
  window.addEventListener('pageshow', function () {
    Array.prototype.forEach.call(forms, function (f) { f.removeAttribute('data-sent'); f.removeAttribute('aria-busy'); });
  });
})();
