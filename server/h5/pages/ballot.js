// Verifies a ballot's place in the published log on this device, remembers the last log it saw, and opens the ballot by what stands
// behind the # of the receipt's address. That part is sent to nobody.
(function () {
  'use strict';
  var page = document.getElementById('ballot'), found = document.getElementById('found');
  var receipt = linliLog.readFragment(location.hash);
  // Whoever passes the page on must not pass on the key with it.
  if (location.hash && window.history.replaceState) { history.replaceState(null, '', location.pathname); }

  function say(ok, text) {
    var li = document.createElement('li');
    li.textContent = (ok ? '✓ ' : '✗ ') + text;
    li.className = ok ? '' : 'late';
    found.appendChild(li);
    document.getElementById('proofs').hidden = false;
  }
  function ask(path, then) {
    var x = new XMLHttpRequest();
    x.open('GET', path);
    x.onload = function () {
      var body = null;
      try { body = JSON.parse(x.responseText); } catch (e) { body = null; }
      then(x.status, body);
    };
    x.onerror = function () { then(0, null); };
    x.send();
  }
  function bytes(hex) {
    var out = [];
    for (var i = 0; i < hex.length; i += 2) { out.push(parseInt(hex.substr(i, 2), 16)); }
    return out;
  }
  function chars(text) { return text.split('').map(function (c) { return c.charCodeAt(0); }); }
  function base64(list) { return btoa(String.fromCharCode.apply(null, list)); }
  // The leaf of a commitment, as the log hashes it.
  function leafOf(commitment) { return base64(linliLog.sha256([0].concat(chars('linli/leaf/v1\0B'), bytes(commitment)))); }

  var names = {yes: '同意', no: '反对', abstain: '弃权', 'void': '无效'};
  function option(b, key) { return b.names && b.names[key] || '选项' + key; }
  function named(b, choice) {
    if (b.kind === 'election' && choice !== 'void') {
      return choice.split(',').map(function (m) { var c = m.split('='); return option(b, c[0]) + '：' + names[c[1]]; }).join('；');
    }
    if (b.kind === 'options' && choice === 'no') { return '都反对'; }
    return names[choice] || option(b, choice);
  }
  var mostTried = 7; // candidates: three answers for each of them
  function choices(b) {
    if (b.kind !== 'election') { return ['yes', 'no', 'abstain', 'void'].concat(b.options || []); }
    if (b.options.length > mostTried) { return null; }
    var list = [''];
    b.options.forEach(function (key, i) {
      var more = [];
      list.forEach(function (before) {
        ['yes', 'no', 'abstain'].forEach(function (m) { more.push(before + (i ? ',' : '') + key + '=' + m); });
      });
      list = more;
    });
    return list.concat('void');
  }

  function open(meeting, b) {
    var list = choices(b), to = document.querySelector('.mine[data-motion="' + b.motion + '"]'), choice = null;
    if (list) { choice = linliLog.openCommitment({meeting: meeting, motion: b.motion, version: b.version}, receipt, list, leafOf(b.commitment)); }
    to.hidden = false;
    if (choice !== null) { to.textContent = '您的手机本地解开：您选的是“' + named(b, choice) + '”'; return; }
    to.className = list ? 'wrong mine' : 'done mine';
    to.textContent = list ? '这张回执打不开这一条记录，请带着回执到社区反映。' : '候选人较多，本页不逐一试开；请用核验工具 server verify 查看。';
  }

  function proved(c, b) {
    var p = b.proof, at = c.checkpoint;
    return p && at && p.size === at.size && p.root === at.root && p.index === b.leaf_index && p.leaf === leafOf(b.commitment) && linliLog.verifyInclusion(p);
  }
  function signedFor(c) {
    var lines = c.checkpoint.note.split('\n');
    return lines[0] === 'linli/' + c.meeting && lines[1] === String(c.checkpoint.size) && lines[2] === c.checkpoint.root;
  }

  function remember(key, at) {
    try { localStorage.setItem(key, JSON.stringify({size: at.size, root: at.root, note: at.note})); } catch (e) { /* private window */ }
  }
  function recall(key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch (e) { return null; }
  }
  function contradict(old) {
    say(false, '以前看到的记录和现在的对不上：记录可能被改过。请截图保存这一页，向社区和街道反映。以前的签名：' + old.note);
  }
  // What this device saw before must be the beginning of what is shown now.
  function grown(c) {
    var key = 'linli-log-' + c.meeting, old = recall(key), at = c.checkpoint;
    if (!old) { remember(key, at); return; }
    if (old.size === at.size) {
      if (old.root === at.root) { say(true, '记录和您上次看到的一样，没有改动'); } else { contradict(old); }
      return;
    }
    var from = old.size < at.size ? old : at, to = old.size < at.size ? at : old;
    ask('/public/v1/meetings/' + c.meeting_id + '/consistency?from=' + from.size + '&to=' + to.size, function (status, p) {
      if (status === 200 && p.old_size === from.size && p.old_root === from.root && p.size === to.size && p.root === to.root && linliLog.verifyConsistency(p)) {
        say(true, '从您上次看到以后，记录只有增加，没有改动（' + from.size + ' 条到 ' + to.size + ' 条）');
        if (to === at) { remember(key, at); }
      } else if (status === 200 || status === 404) {
        contradict(old);
      } else {
        say(false, '网络不好，没能和上次看到的记录比较，请过一会儿再看');
      }
    });
  }

  ask('/public/v1/ballots/' + encodeURIComponent(page.getAttribute('data-code')), function (status, c) {
    if (status !== 200) { say(false, '网络不好，没能验证，请刷新再试'); return; }
    if (receipt) { c.ballots.forEach(function (b) { open(c.meeting, b); }); }
    if (!c.checkpoint || !c.published) { return; }
    if (!signedFor(c)) { say(false, '签名里的数字和显示的不一样，请截图并反映'); return; }
    var all = c.ballots.every(function (b) {
      var ok = proved(c, b);
      if (!ok) { say(false, '议题' + b.motion + '：证明不成立，请截图并带着回执到社区反映'); }
      return ok;
    });
    if (all) { say(true, '您的票确实在公布的记录里（' + c.checkpoint.size + ' 条里的一条），证明成立'); }
    grown(c);
  });
})();
