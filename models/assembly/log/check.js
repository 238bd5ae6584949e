// Checks a ballot's receipt in the browser: no network, no libraries, no secret leaves this page. Plain ES5 for old
// WebViews, with its own SHA-256, since crypto.subtle is missing there and on plain http.
var linliLog = (function () {
  'use strict';
  var K = [], H0 = [];
  (function () { // the constants are the fractions of roots of primes; 2^53 holds 32 bits of them exactly
    function fraction(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
    for (var n = 2, found = 0; found < 64; n++) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) { if (n % d === 0) { prime = false; break; } }
      if (prime) {
        if (found < 8) { H0.push(fraction(Math.pow(n, 1 / 2))); }
        K.push(fraction(Math.pow(n, 1 / 3)));
        found++;
      }
    }
  })();
  function rotate(x, n) { return (x >>> n) | (x << (32 - n)); }

  function sha256(bytes) {
    var m = bytes.slice(), length = bytes.length, h = H0.slice(), w = [], i, j;
    m.push(0x80);
    while (m.length % 64 !== 56) { m.push(0); }
    m = m.concat(number(length * 8));
    for (i = 0; i < m.length; i += 64) {
      var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
      for (j = 0; j < 64; j++) {
        if (j < 16) {
          w[j] = (m[i + 4 * j] << 24) | (m[i + 4 * j + 1] << 16) | (m[i + 4 * j + 2] << 8) | m[i + 4 * j + 3];
        } else {
          var x = w[j - 15], y = w[j - 2];
          w[j] = (w[j - 16] + (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) + w[j - 7] + (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10))) | 0;
        }
        var t = (k + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[j] + w[j]) | 0;
        var u = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        k = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
      }
      var s = [a, b, c, d, e, f, g, k];
      for (j = 0; j < 8; j++) { h[j] = (h[j] + s[j]) | 0; }
    }
    var out = [];
    for (i = 0; i < 8; i++) { out.push(h[i] >>> 24 & 255, h[i] >>> 16 & 255, h[i] >>> 8 & 255, h[i] & 255); }
    return out;
  }

  function hmac(key, bytes) {
    var inner = [], outer = [];
    for (var i = 0; i < 64; i++) { inner.push((key[i] || 0) ^ 0x36); outer.push((key[i] || 0) ^ 0x5c); }
    return sha256(outer.concat(sha256(inner.concat(bytes))));
  }

  function utf8(text) {
    var raw = unescape(encodeURIComponent(text)), out = [];
    for (var i = 0; i < raw.length; i++) { out.push(raw.charCodeAt(i)); }
    return out;
  }
  function number(n) { // 8 bytes, the highest first; numbers stay below 2^53
    var out = [];
    for (var i = 0; i < 8; i++) { out.unshift(n % 256); n = Math.floor(n / 256); }
    return out;
  }
  function part(bytes) { return number(bytes.length).slice(4).concat(bytes); }
  function fields(tag, parts) {
    var out = part(utf8(tag));
    for (var i = 0; i < parts.length; i++) { out = out.concat(part(parts[i])); }
    return out;
  }

  var digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  function fromBase64(text) {
    var out = [], bits = 0, have = 0;
    text = text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
    for (var i = 0; i < text.length; i++) {
      var v = digits.indexOf(text.charAt(i));
      if (v < 0) { return null; }
      bits = (bits << 6 | v) & 0xffff; have += 6;
      if (have >= 8) { have -= 8; out.push(bits >> have & 255); }
    }
    return out;
  }
  function toBase64(bytes) {
    var out = '';
    for (var i = 0; i < bytes.length; i += 3) {
      var v = bytes[i] << 16 | (bytes[i + 1] || 0) << 8 | (bytes[i + 2] || 0);
      out += digits.charAt(v >> 18) + digits.charAt(v >> 12 & 63) +
        (i + 1 < bytes.length ? digits.charAt(v >> 6 & 63) : '=') + (i + 2 < bytes.length ? digits.charAt(v & 63) : '=');
    }
    return out;
  }

  function node(left, right) { return sha256([1].concat(left, right)); }
  function same(bytes, text) { return toBase64(bytes) === text; }
  function hashes(list) {
    var out = [];
    for (var i = 0; i < list.length; i++) {
      var h = fromBase64(list[i]);
      if (!h || h.length !== 32) { return null; }
      out.push(h);
    }
    return out;
  }
  function odd(n) { return n % 2 === 1; }
  function half(n) { return Math.floor(n / 2); }

  // verifyInclusion(p): p as the server gives it {index, leaf, size, root, hashes}.
  function verifyInclusion(p) {
    var path = hashes(p.hashes), r = hashes([p.leaf]), n = p.index, last = p.size - 1;
    if (!path || !r || !(n >= 0 && n <= last)) { return false; }
    r = r[0];
    for (var i = 0; i < path.length; i++) {
      if (last === 0) { return false; }
      if (odd(n) || n === last) {
        r = node(path[i], r);
        while (!odd(n) && n !== 0) { n = half(n); last = half(last); }
      } else {
        r = node(r, path[i]);
      }
      n = half(n); last = half(last);
    }
    return last === 0 && same(r, p.root);
  }

  // verifyConsistency(p): {old_size, old_root, size, root, hashes}: does the later log begin with the earlier one?
  function verifyConsistency(p) {
    var path = hashes(p.hashes), n = p.old_size - 1, last = p.size - 1;
    if (!path || p.old_size < 0 || p.old_size > p.size) { return false; }
    if (p.old_size === 0) { return path.length === 0 && same(sha256([]), p.old_root) && (p.size > 0 || p.root === p.old_root); }
    if (p.old_size === p.size) { return path.length === 0 && p.old_root === p.root; }
    while (odd(n)) { n = half(n); last = half(last); }
    if (n === 0) { path.unshift(fromBase64(p.old_root)); }
    if (path.length === 0 || !path[0]) { return false; }
    var a = path[0], b = path[0];
    for (var i = 1; i < path.length; i++) {
      if (last === 0) { return false; }
      if (odd(n) || n === last) {
        a = node(path[i], a); b = node(path[i], b);
        while (!odd(n) && n !== 0) { n = half(n); last = half(last); }
      } else {
        b = node(b, path[i]);
      }
      n = half(n); last = half(last);
    }
    return last === 0 && same(a, p.old_root) && same(b, p.root);
  }

  // readFragment('#secret.seat'): what the receipt's address carries behind the #, or null.
  function readFragment(text) {
    var cut = text.replace(/^[^#]*#/, '').split('.'), secret = fromBase64(cut[0]), seat = parseInt(cut[1], 10);
    return secret && secret.length === 16 && seat > 0 ? {secret: secret, seat: seat} : null;
  }

  // leafHash(b, receipt, choice): the leaf of that choice; b is {meeting, motion, version}, receipt from readFragment.
  function leafHash(b, receipt, choice) {
    var salt = hmac(receipt.secret, fields('linli/salt/v1', [number(b.motion), number(b.version)]));
    var seal = sha256(fields('linli/choice/v1', [utf8(choice), salt]));
    var commitment = sha256(fields('linli/ballot/v1', [utf8(b.meeting), number(b.motion), number(receipt.seat), number(b.version), seal]));
    return toBase64(sha256([0].concat(utf8('linli/leaf/v1\0B'), commitment)));
  }

  // openCommitment: which of the choices the leaf holds, or null. A ballot with many candidates has too many choices
  // to try: the page asks the voter what they chose and passes that one.
  function openCommitment(b, receipt, choices, leaf) {
    for (var i = 0; i < choices.length; i++) {
      if (leafHash(b, receipt, choices[i]) === leaf) { return choices[i]; }
    }
    return null;
  }

  return {verifyInclusion: verifyInclusion, verifyConsistency: verifyConsistency, readFragment: readFragment,
    leafHash: leafHash, openCommitment: openCommitment, sha256: sha256};
})();
