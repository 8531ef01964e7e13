// Judges generated cases by net.BlockList and net.isIP; oracle_test.cpp compares its verdicts with ekauth's.
//
// Cases and verdicts are those of judge_ipaddress.py. BlockList knows no text of blocks and ranges, so they are taken
// apart in the way that first comes to mind. The letter for the list is that of one BlockList with all entries.
'use strict';
const net = require('net');

const familyOf = (text) => (text.includes(':') ? 'ipv6' : 'ipv4');
const address = (text) => new net.SocketAddress({address: text, family: familyOf(text)});

function add(list, text) {
  const dash = text.indexOf('-');
  const slash = text.indexOf('/');
  if (dash >= 0) {
    list.addRange(address(text.slice(0, dash)), address(text.slice(dash + 1)));
  } else if (slash >= 0) {
    list.addSubnet(address(text.slice(0, slash)), Number(text.slice(slash + 1)));
  } else {
    list.addAddress(address(text));
  }
}

const attempt = (what) => {
  try {
    return what();
  } catch {
    return undefined;
  }
};

function judge(line) {
  const texts = line.replace(' ', ',').split(',').map((hex) => Buffer.from(hex, 'hex').toString());
  const last = texts.pop();
  const who = net.isIP(last) === 0 ? undefined : attempt(() => address(last));
  const letter = (entries) => {
    const list = new net.BlockList();
    if (attempt(() => entries.forEach((text) => add(list, text)) || true) === undefined) return 'n';
    return who !== undefined && list.check(who) ? '+' : '-';
  };
  const letters = texts.map((text) => letter([text])).join('');
  return `${letters} ${who === undefined ? 'n' : 'y'} ${letter(texts)}`;
}

const cases = require('fs').readFileSync(0, 'latin1').split('\n');
cases.pop();
process.stdout.write(cases.map((line) => judge(line) + '\n').join(''));
